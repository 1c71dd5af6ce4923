/*
 * Copyright 2026 The GoPoll Project
 *
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License at
 *
 *   https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations under
 * the License.
 */
package io.gopoll.testsuite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gopoll.channel.GoPoll;
import io.gopoll.channel.GoPollChannelOption;
import io.gopoll.channel.GoPollDatagramChannel;
import io.gopoll.channel.GoPollDomainDatagramChannel;
import io.gopoll.channel.GoPollDomainSocketChannel;
import io.gopoll.channel.GoPollServerDomainSocketChannel;
import io.gopoll.channel.GoPollServerSocketChannel;
import io.gopoll.channel.GoPollSocketChannel;
import io.gopoll.testsuite.Page.Row;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollMode;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.util.Version;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds docs/compatibility.md to what Netty's transports and GoPoll have. */
class CompatibilityTest {

    private static final List<String> VERDICTS = List.of("same", "better", "other", "absent");

    private static final List<Class<?>> OPTIONS =
            List.of(
                    ChannelOption.class,
                    UnixChannelOption.class,
                    EpollChannelOption.class,
                    IoUringChannelOption.class);

    /** The channels by their names in the table: epoll's, and GoPoll's. */
    private static final Map<String, List<Supplier<Channel>>> CHANNELS = new LinkedHashMap<>();

    static {
        CHANNELS.put("TCP", List.of(EpollSocketChannel::new, GoPollSocketChannel::new));
        CHANNELS.put(
                "TCP server",
                List.of(EpollServerSocketChannel::new, GoPollServerSocketChannel::new));
        CHANNELS.put("UDP", List.of(EpollDatagramChannel::new, GoPollDatagramChannel::new));
        CHANNELS.put(
                "Unix", List.of(EpollDomainSocketChannel::new, GoPollDomainSocketChannel::new));
        CHANNELS.put(
                "Unix server",
                List.of(EpollServerDomainSocketChannel::new, GoPollServerDomainSocketChannel::new));
        CHANNELS.put(
                "Unix datagram",
                List.of(EpollDomainDatagramChannel::new, GoPollDomainDatagramChannel::new));
    }

    private static Page page;

    /** What disagrees; a test ends with nothing in it. */
    private final List<String> wrong = new ArrayList<>();

    @BeforeAll
    static void read() throws IOException {
        page = new Page("compatibility.md");
        String netty = Version.identify().get("netty-transport").artifactVersion();
        assumeTrue(page.says("Netty " + netty + "."), "the page is not about Netty " + netty);
        // Its channels' constructors do not load its library.
        Epoll.ensureAvailability();
    }

    // ---- The words. ----

    @Test
    void eachRowSaysWhatItIsAndWhyIfThereIsADifference() {
        check("Classes", 1, 2, 3);
        check("Methods", 1, 2, 3);
        check("Options", 0, 3, 4);
        check("Behaviours", 2, 3, 2);
        assertEquals(List.of(), wrong);
    }

    private void check(String heading, int ours, int verdict, int why) {
        for (Row row : page.table(heading)) {
            String is = row.cell(verdict);
            if (!VERDICTS.contains(is)) {
                wrong.add(row + " is none of " + VERDICTS);
            } else if (is.equals("absent") && row.cell(why).isEmpty()) {
                wrong.add(row + " does not say why it is absent");
            } else if (!is.equals("same") && row.cell(ours).isEmpty() && row.cell(why).isEmpty()) {
                wrong.add(row + " does not say what is different");
            }
        }
    }

    private void checkRows(String heading, Set<String> expected) {
        Set<String> missing = new TreeSet<>(expected);
        for (Row row : page.table(heading)) {
            for (String name : row.names(0)) {
                if (!missing.remove(name)) {
                    wrong.add("there is no " + name + ", or it has two rows");
                }
            }
        }
        missing.forEach(name -> wrong.add(name + " has no row"));
        assertEquals(List.of(), wrong);
    }

    // ---- Classes and methods. ----

    @Test
    void everyPublicClassOfNettysTransportsHasARow() throws Exception {
        checkRows("Classes", theirs().keySet());
    }

    @Test
    void everyClassAndMemberOfGoPollThatIsNamedExists() {
        for (String heading : List.of("Classes", "Methods")) {
            for (Row row : page.table(heading)) {
                row.names(1).stream()
                        .filter(name -> !exists(name))
                        .forEach(name -> wrong.add(heading + ": there is no " + name));
                if (row.cell(2).equals("absent") != row.names(1).isEmpty()) {
                    wrong.add(heading + ": " + row + " is absent or has a name");
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    private static boolean exists(String name) {
        int dot = name.indexOf('.');
        Class<?> type = ours(dot == -1 ? name : name.substring(0, dot));
        return type != null
                && Modifier.isPublic(type.getModifiers())
                && (dot == -1 || hasMember(type, name.substring(dot + 1)));
    }

    private static boolean hasMember(Class<?> type, String name) {
        return Arrays.stream(type.getMethods()).anyMatch(m -> m.getName().equals(name))
                || Arrays.stream(type.getFields()).anyMatch(f -> f.getName().equals(name));
    }

    @Test
    void whatIsTheSameHasEveryPublicMethodOfNettysClass() throws Exception {
        Map<String, Class<?>> theirs = theirs();
        Set<String> listed = listedMethods();
        Set<String> missing = new TreeSet<>();
        for (Row row : page.table("Classes")) {
            if (!row.cell(2).equals("same") && !row.cell(2).equals("better")) {
                continue;
            }
            Class<?> ours = ours(row.names(1).iterator().next());
            for (String name : row.names(0)) {
                Class<?> type = theirs.get(name);
                for (Executable method : methods(type)) {
                    if (!hasLike(ours, method) && !isListed(listed, type, method)) {
                        missing.add(row.names(1) + ": " + method);
                    }
                }
            }
        }
        assertEquals(Set.of(), missing);
    }

    @Test
    void everyMethodThatIsListedIsNettysAndNotOurs() throws Exception {
        Map<String, Class<?>> theirs = theirs();
        for (String name : listedMethods()) {
            Class<?> type = theirs.get(name.substring(0, name.indexOf('.')));
            List<Executable> methods =
                    methods(type).stream().filter(m -> isNamed(name, type, m)).toList();
            Class<?> ours = ours(translated(type.getSimpleName()));
            if (methods.isEmpty()) {
                wrong.add("there is no " + name);
            } else if (methods.stream().anyMatch(m -> hasLike(ours, m))) {
                wrong.add(ours + " has " + name);
            }
        }
        assertEquals(List.of(), wrong);
    }

    private static Set<String> listedMethods() {
        Set<String> listed = new TreeSet<>();
        page.table("Methods").forEach(row -> listed.addAll(row.names(0)));
        return listed;
    }

    /** Listed there, or for a class that it extends. */
    private static boolean isListed(Set<String> listed, Class<?> type, Executable method) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            Class<?> of = c;
            if (listed.stream().anyMatch(name -> isNamed(name, of, method))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isNamed(String name, Class<?> type, Executable method) {
        String unqualified = type.getSimpleName() + '.' + method.getName();
        return name.equals(unqualified)
                || name.equals(
                        unqualified
                                + Arrays.stream(method.getParameterTypes())
                                        .map(Class::getSimpleName)
                                        .collect(Collectors.joining(", ", "(", ")")));
    }

    /** Public methods and constructors, but for what is not said of a transport. */
    private static List<Executable> methods(Class<?> type) {
        List<Executable> methods = new ArrayList<>(List.of(type.getConstructors()));
        for (Method method : type.getMethods()) {
            if (!method.isBridge() && method.getDeclaringClass() != Object.class) {
                methods.add(method);
            }
        }
        // It takes a class that has no row, since it is not public itself.
        methods.removeIf(
                m ->
                        Arrays.stream(m.getParameterTypes())
                                .anyMatch(t -> t.getSimpleName().equals("LinuxSocket")));
        return methods;
    }

    private static boolean hasLike(Class<?> ours, Executable method) {
        if (ours == null) {
            return false;
        }
        if (method instanceof Constructor) {
            return Arrays.stream(ours.getConstructors()).anyMatch(c -> isLike(c, method));
        }
        String type = translated(((Method) method).getReturnType().getSimpleName());
        return Arrays.stream(ours.getMethods())
                .filter(m -> m.getName().equals(method.getName()) && isLike(m, method))
                .anyMatch(
                        m ->
                                m.getReturnType().getSimpleName().equals(type)
                                        || ((Method) method)
                                                .getReturnType()
                                                .isAssignableFrom(m.getReturnType()));
    }

    /** Takes what theirs takes: our class for it, or one that theirs extends. */
    private static boolean isLike(Executable ours, Executable theirs) {
        Class<?>[] a = ours.getParameterTypes();
        Class<?>[] b = theirs.getParameterTypes();
        return a.length == b.length
                && IntStream.range(0, a.length)
                        .allMatch(
                                i ->
                                        a[i].getSimpleName()
                                                        .equals(translated(b[i].getSimpleName()))
                                                || a[i].isAssignableFrom(b[i]));
    }

    private static String translated(String name) {
        return name.replace("Epoll", "GoPoll").replace("IoUring", "GoPoll");
    }

    /** GoPoll's class of that name, or one of Netty's own that GoPoll uses; null if none. */
    private static Class<?> ours(String name) {
        for (String in :
                List.of(
                        GoPoll.class.getPackageName(),
                        Channel.class.getPackageName(),
                        UnixChannelOption.class.getPackageName())) {
            try {
                return Class.forName(in + '.' + name);
            } catch (ClassNotFoundException e) {
                continue;
            }
        }
        return null;
    }

    /** The public classes of Netty's two transports, by their simple names. */
    private static Map<String, Class<?>> theirs() throws Exception {
        Map<String, Class<?>> classes = new TreeMap<>();
        for (Class<?> of : List.of(Epoll.class, IoUring.class)) {
            Path jar = Path.of(of.getProtectionDomain().getCodeSource().getLocation().toURI());
            try (JarFile file = new JarFile(jar.toFile())) {
                file.stream()
                        .map(entry -> entry.getName())
                        .filter(name -> name.endsWith(".class") && !name.contains("-info"))
                        .map(name -> load(name.replace('/', '.').replace(".class", "")))
                        .filter(CompatibilityTest::isPublic)
                        .forEach(c -> classes.put(c.getSimpleName(), c));
            }
        }
        return classes;
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, CompatibilityTest.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isPublic(Class<?> type) {
        for (Class<?> c = type; c != null; c = c.getEnclosingClass()) {
            if (!Modifier.isPublic(c.getModifiers()) || c.isAnonymousClass()) {
                return false;
            }
        }
        return true;
    }

    @Test
    void fastOpenIsAvailableWhereItIsToEpoll() {
        assertEquals(
                Epoll.isTcpFastOpenClientSideAvailable(),
                GoPoll.isTcpFastOpenClientSideAvailable());
        assertEquals(
                Epoll.isTcpFastOpenServerSideAvailable(),
                GoPoll.isTcpFastOpenServerSideAvailable());
    }

    // ---- Options. ----

    @Test
    void everyOptionOfNettyHasARow() {
        checkRows("Options", constants().keySet());
    }

    @Test
    void everyOptionThatIsNotAbsentIsOneOfGoPollsOfTheSameType() throws Exception {
        Map<String, List<Field>> constants = constants();
        for (Row row : page.table("Options")) {
            String name = row.names(0).iterator().next();
            boolean absent = row.cell(3).equals("absent");
            Set<String> types =
                    constants.get(name).stream()
                            .map(f -> f.getGenericType().getTypeName())
                            .collect(Collectors.toCollection(TreeSet::new));
            Set<String> owners =
                    constants.get(name).stream()
                            .map(f -> f.getDeclaringClass().getSimpleName())
                            .collect(Collectors.toSet());
            Field ours = gopollConstant(name);
            if (!owners.containsAll(row.names(1))) {
                wrong.add(name + " is no constant of " + row.cell(1) + ", but of " + owners);
            }
            if (absent != (ours == null)) {
                wrong.add(name + (absent ? " is not absent" : " is no constant of GoPoll's"));
            } else if (!absent) {
                types.remove(ours.getGenericType().getTypeName());
                if (!types.isEmpty()) {
                    wrong.add(name + " is " + ours.getGenericType() + ", not " + types);
                }
                // Those without a class in their name are one object for all transports.
                for (Field theirs : constants.get(name)) {
                    ChannelOption<?> option = (ChannelOption<?>) theirs.get(null);
                    if (option.name().indexOf('#') == -1 && option != ours.get(null)) {
                        wrong.add(name + " is not the object that " + theirs + " is");
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    private static Field gopollConstant(String name) {
        try {
            return GoPollChannelOption.class.getField(name);
        } catch (NoSuchFieldException e) {
            return null;
        }
    }

    @Test
    void theChannelsOfARowTakeTheOptionAndNoOthersDo() throws Exception {
        Map<String, List<Field>> constants = constants();
        for (Row row : page.table("Options")) {
            String name = row.names(0).iterator().next();
            Set<String> said = channels(row.cell(2));
            Field ours = gopollConstant(name);
            Set<String> epolls = new LinkedHashSet<>();
            for (Field theirs : constants.get(name)) {
                epolls.addAll(takers(theirs, 0));
                // An option of Netty's by the same name is to work as ours.
                expect(name + " of " + theirs.getDeclaringClass(), said, takers(theirs, 1));
            }
            if (ours != null) {
                expect("GoPoll's " + name, said, takers(ours, 1));
            }
            boolean notLess = List.of("same", "better").contains(row.cell(3));
            if (notLess && !said.containsAll(epolls)) {
                wrong.add(name + " is less than the same: epoll's channels are " + epolls);
            } else if (row.cell(3).equals("same") && !said.equals(epolls)) {
                wrong.add(name + " is better than the same: epoll's channels are " + epolls);
            }
        }
        assertEquals(List.of(), wrong);
    }

    private void expect(String what, Set<String> said, Set<String> taken) {
        if (!said.equals(taken)) {
            wrong.add(what + " is taken by " + taken + ", not " + said);
        }
    }

    private static Set<String> channels(String cell) {
        switch (cell) {
            case "all":
                return CHANNELS.keySet();
            case "none":
                return Set.of();
            default:
                return new LinkedHashSet<>(List.of(cell.split(", ")));
        }
    }

    /** Which kinds of channels take an option: epoll's (0), or GoPoll's (1). */
    private static Set<String> takers(Field constant, int whose) throws Exception {
        Set<String> takers = new LinkedHashSet<>();
        for (Map.Entry<String, List<Supplier<Channel>>> kind : CHANNELS.entrySet()) {
            Channel channel = kind.getValue().get(whose).get();
            try {
                if (takes(channel.config(), constant)) {
                    takers.add(kind.getKey());
                }
            } finally {
                channel.unsafe().closeForcibly();
            }
        }
        return takers;
    }

    @SuppressWarnings("unchecked")
    private static boolean takes(ChannelConfig config, Field constant) throws Exception {
        ChannelOption<Object> option = (ChannelOption<Object>) constant.get(null);
        Object value = config.getOption(option);
        return config.setOption(option, value == null ? sample(constant) : value);
    }

    /** A value that every user may set. */
    @SuppressWarnings("deprecation") // EpollMode
    private static Object sample(Field constant) throws IOException {
        Type type = ((ParameterizedType) constant.getGenericType()).getActualTypeArguments()[0];
        if (type instanceof ParameterizedType) {
            type = ((ParameterizedType) type).getRawType();
        }
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        Map<Type, Object> samples =
                Map.of(
                        Boolean.class,
                        false,
                        Integer.class,
                        1,
                        Long.class,
                        1L,
                        Short.class,
                        (short) 1,
                        Map.class,
                        Map.of(),
                        InetAddress.class,
                        loopback,
                        NetworkInterface.class,
                        NetworkInterface.getByInetAddress(loopback),
                        EpollMode.class,
                        EpollMode.LEVEL_TRIGGERED,
                        DomainSocketReadMode.class,
                        DomainSocketReadMode.BYTES);
        if (!samples.containsKey(type)) {
            throw new AssertionError("no value for " + constant);
        }
        return samples.get(type);
    }

    @Test
    void ourChannelsListEveryOptionThatEpollsList() {
        Set<String> less =
                page.table("Options").stream()
                        .filter(row -> List.of("other", "absent").contains(row.cell(3)))
                        .flatMap(row -> row.names(0).stream())
                        .collect(Collectors.toSet());
        CHANNELS.forEach(
                (kind, channels) -> {
                    Set<String> missing = listed(channels.get(0).get());
                    missing.removeAll(listed(channels.get(1).get()));
                    missing.removeAll(less);
                    if (!missing.isEmpty()) {
                        wrong.add(kind + " does not list " + missing);
                    }
                });
        assertEquals(List.of(), wrong);
    }

    private static Set<String> listed(Channel channel) {
        try {
            return channel.config().getOptions().keySet().stream()
                    .map(option -> option.name().substring(option.name().lastIndexOf('#') + 1))
                    .collect(Collectors.toCollection(TreeSet::new));
        } finally {
            channel.unsafe().closeForcibly();
        }
    }

    private static Map<String, List<Field>> constants() {
        Map<String, List<Field>> constants = new TreeMap<>();
        for (Class<?> type : OPTIONS) {
            for (Field field : type.getDeclaredFields()) {
                if (Modifier.isPublic(field.getModifiers())
                        && ChannelOption.class.isAssignableFrom(field.getType())) {
                    constants.computeIfAbsent(field.getName(), n -> new ArrayList<>()).add(field);
                }
            }
        }
        return constants;
    }

    // ---- Behaviours. ----

    @Test
    void everyBehaviourIsShownByTestsThatExist() {
        for (Row row : page.table("Behaviours")) {
            if (row.names(4).isEmpty()) {
                wrong.add(row + " is shown by nothing");
            }
            row.names(4).stream()
                    .filter(test -> !isTest(test))
                    .forEach(test -> wrong.add("there is no test " + test));
        }
        assertEquals(List.of(), wrong);
    }

    private static boolean isTest(String name) {
        int dot = name.indexOf('.');
        String type = dot == -1 ? name : name.substring(0, dot);
        for (String in :
                List.of("channel", "net", "net.fd", "poll", "testsuite", "testsuite.socket")) {
            try {
                Class<?> test = Class.forName("io.gopoll." + in + '.' + type);
                return dot == -1
                        || Arrays.stream(test.getDeclaredMethods())
                                .anyMatch(m -> m.getName().equals(name.substring(dot + 1)));
            } catch (ClassNotFoundException e) {
                continue;
            }
        }
        return false;
    }
}
