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

import static io.gopoll.testsuite.Blocking.Other.PLATFORM;
import static io.gopoll.testsuite.Blocking.Other.VIRTUAL;
import static io.gopoll.testsuite.Blocking.in;
import static io.gopoll.testsuite.Blocking.isBlocked;
import static io.gopoll.testsuite.Blocking.until;
import static io.gopoll.testsuite.Blocking.virtualThreads;

import io.gopoll.channel.GoPoll;
import io.gopoll.channel.GoPollSocketChannel;
import io.gopoll.net.Conn;
import io.gopoll.net.GoPollSocketFactory;
import io.gopoll.net.Listener;
import io.gopoll.net.Net;
import io.gopoll.net.PacketConn;
import io.gopoll.poll.DeadlineExceededException;
import io.gopoll.testsuite.Blocking.Other;
import io.gopoll.testsuite.Blocking.Task;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.RandomAccessFile;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.lang.reflect.Constructor;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ByteChannel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Exchanger;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.RecursiveTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * What a handler may block in: only its own channel waits, and the operation ends as it does on any
 * other thread. The table in docs/goroutine-mode.md has them in this order.
 */
enum BlockingOperation {

    // ---- Time. ----

    SLEEP(
            "Thread.sleep",
            "slept",
            blocking -> {
                Thread.sleep(3);
                return "slept";
            }),
    YIELD(
            "Thread.yield",
            "100",
            blocking -> {
                int times = 0;
                for (; times < 100; times++) {
                    Thread.yield();
                }
                return "" + times;
            }),
    PARK_NANOS(
            "LockSupport.parkNanos",
            "true",
            blocking -> {
                long start = System.nanoTime();
                long nanos = TimeUnit.MILLISECONDS.toNanos(3);
                for (long left = nanos; left > 0; left = start + nanos - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                return "" + (System.nanoTime() - start >= nanos);
            }),
    PARK(
            "LockSupport.park, unparked by a platform thread",
            "true",
            blocking -> {
                AtomicBoolean done = new AtomicBoolean();
                Thread thread = Thread.currentThread();
                PLATFORM.startWhenBlocked(
                        () -> {
                            done.set(true);
                            LockSupport.unpark(thread);
                        });
                while (!done.get()) {
                    LockSupport.park();
                }
                return "" + done;
            }),
    TIMER(
            "a latch that java.util.Timer counts down",
            "due",
            blocking -> {
                Timer timer = new Timer(true);
                BlockingQueue<String> queue = new LinkedBlockingQueue<>();
                timer.schedule(
                        new TimerTask() {
                            @Override
                            public void run() {
                                queue.add("due");
                            }
                        },
                        3);
                try {
                    return queue.take();
                } finally {
                    timer.cancel();
                }
            }),
    SCHEDULED(
            "ScheduledExecutorService, get",
            "due",
            blocking ->
                    in(
                            Executors.newScheduledThreadPool(1),
                            pool ->
                                    ((ScheduledExecutorService) pool)
                                            .schedule(() -> "due", 3, TimeUnit.MILLISECONDS)
                                            .get())),
    POLL(
            "LinkedBlockingQueue.poll with a time limit",
            "null",
            blocking -> "" + new LinkedBlockingQueue<String>().poll(3, TimeUnit.MILLISECONDS)),

    // ---- Locks. ----

    REENTRANT_LOCK(
            "ReentrantLock that a platform thread holds", "locked", blocking -> lock(PLATFORM)),
    REENTRANT_LOCK_VIRTUAL(
            "ReentrantLock that a virtual thread holds", "locked", blocking -> lock(VIRTUAL)),
    CONDITION(
            "Condition.await",
            "signalled",
            blocking -> {
                ReentrantLock lock = new ReentrantLock();
                Condition condition = lock.newCondition();
                AtomicBoolean signalled = new AtomicBoolean();
                lock.lock();
                try {
                    PLATFORM.start(
                            () -> {
                                lock.lock(); // once the handler waits
                                try {
                                    signalled.set(true);
                                    condition.signal();
                                } finally {
                                    lock.unlock();
                                }
                            });
                    while (!signalled.get()) {
                        condition.await();
                    }
                } finally {
                    lock.unlock();
                }
                return "signalled";
            }),
    READ_WRITE_LOCK(
            "ReentrantReadWriteLock, a reader while a virtual thread writes",
            "written",
            blocking -> {
                ReadWriteLock lock = new ReentrantReadWriteLock();
                StringBuilder text = new StringBuilder();
                holdWhile(
                        VIRTUAL,
                        () -> lock.writeLock().lock(),
                        () -> {
                            text.append("written");
                            lock.writeLock().unlock();
                        });
                lock.readLock().lock();
                try {
                    return text.toString();
                } finally {
                    lock.readLock().unlock();
                }
            }),
    STAMPED_LOCK(
            "StampedLock that a platform thread holds",
            "locked",
            blocking -> {
                StampedLock lock = new StampedLock();
                holdWhile(PLATFORM, lock::writeLock, lock::tryUnlockWrite);
                lock.unlockRead(lock.readLock());
                return "locked";
            }),
    SYNCHRONIZED(
            "synchronized while a platform thread is in it",
            "entered",
            blocking -> enter(PLATFORM)),
    SYNCHRONIZED_VIRTUAL(
            "synchronized while a virtual thread is in it", "entered", blocking -> enter(VIRTUAL)),
    OBJECT_WAIT(
            "Object.wait, notified by a platform thread",
            "notified",
            blocking -> waitFor(PLATFORM)),
    OBJECT_WAIT_VIRTUAL(
            "Object.wait, notified by a virtual thread", "notified", blocking -> waitFor(VIRTUAL)),
    OBJECT_WAIT_TIMED(
            "Object.wait with a time limit",
            "true",
            blocking -> {
                Object monitor = new Object();
                long start = System.nanoTime();
                long nanos = TimeUnit.MILLISECONDS.toNanos(3);
                synchronized (monitor) {
                    while (System.nanoTime() - start < nanos) {
                        monitor.wait(3);
                    }
                }
                return "" + (System.nanoTime() - start >= nanos);
            }),

    // ---- Synchronizers. ----

    SEMAPHORE(
            "Semaphore, released by a platform thread",
            "acquired",
            blocking -> {
                Semaphore semaphore = new Semaphore(0);
                PLATFORM.start(
                        () -> {
                            until(semaphore::hasQueuedThreads);
                            semaphore.release();
                        });
                semaphore.acquire();
                return "acquired";
            }),
    LATCH(
            "CountDownLatch that all channels wait for",
            "0",
            blocking -> {
                CountDownLatch latch =
                        blocking.round.shared(
                                CountDownLatch.class,
                                () -> {
                                    CountDownLatch all =
                                            new CountDownLatch(blocking.round.channels + 1);
                                    PLATFORM.start(
                                            () -> {
                                                until(() -> all.getCount() == 1);
                                                all.countDown();
                                            });
                                    return all;
                                });
                latch.countDown();
                latch.await();
                return "" + latch.getCount();
            }),
    BARRIER(
            "CyclicBarrier of all channels",
            "tripped",
            blocking -> {
                CyclicBarrier barrier =
                        blocking.round.shared(
                                CyclicBarrier.class,
                                () -> {
                                    int channels = blocking.round.channels;
                                    CyclicBarrier all = new CyclicBarrier(channels + 1);
                                    VIRTUAL.start(
                                            () -> {
                                                until(() -> all.getNumberWaiting() == channels);
                                                all.await();
                                            });
                                    return all;
                                });
                barrier.await();
                return barrier.isBroken() ? "broken" : "tripped";
            }),
    PHASER(
            "Phaser of all channels",
            "phase 1",
            blocking -> {
                Phaser phaser =
                        blocking.round.shared(
                                Phaser.class,
                                () -> {
                                    int channels = blocking.round.channels;
                                    Phaser all = new Phaser(channels + 1);
                                    PLATFORM.start(
                                            () -> {
                                                until(() -> all.getArrivedParties() == channels);
                                                all.arrive();
                                            });
                                    return all;
                                });
                return "phase " + phaser.arriveAndAwaitAdvance();
            }),
    EXCHANGER(
            "Exchanger with a platform thread",
            "theirs",
            blocking -> {
                Exchanger<String> exchanger = new Exchanger<>();
                PLATFORM.startWhenBlocked(() -> exchanger.exchange("theirs"));
                return exchanger.exchange("ours");
            }),
    EXCHANGER_VIRTUAL(
            "Exchanger with a virtual thread",
            "theirs",
            blocking -> {
                Exchanger<String> exchanger = new Exchanger<>();
                VIRTUAL.start(() -> exchanger.exchange("theirs"));
                return exchanger.exchange("ours");
            }),

    // ---- Queues. ----

    SYNCHRONOUS_QUEUE(
            "SynchronousQueue.take from a platform thread",
            "put",
            blocking -> {
                SynchronousQueue<String> queue = new SynchronousQueue<>();
                PLATFORM.startWhenBlocked(() -> queue.put("put"));
                return queue.take();
            }),
    SYNCHRONOUS_QUEUE_VIRTUAL(
            "SynchronousQueue.put to a virtual thread",
            "taken",
            blocking -> {
                SynchronousQueue<String> queue = new SynchronousQueue<>();
                CompletableFuture<String> taken = new CompletableFuture<>();
                VIRTUAL.start(() -> taken.complete(queue.take()));
                queue.put("taken");
                return taken.get();
            }),
    LINKED_QUEUE(
            "LinkedBlockingQueue.take from a platform thread",
            "added",
            blocking -> {
                BlockingQueue<String> queue = new LinkedBlockingQueue<>();
                PLATFORM.startWhenBlocked(() -> queue.add("added"));
                return queue.take();
            }),
    ARRAY_QUEUE(
            "ArrayBlockingQueue.put, full until a virtual thread takes",
            "first, second",
            blocking -> {
                BlockingQueue<String> queue = new ArrayBlockingQueue<>(1);
                queue.put("first");
                CompletableFuture<String> first = new CompletableFuture<>();
                VIRTUAL.startWhenBlocked(() -> first.complete(queue.take()));
                queue.put("second");
                return first.get() + ", " + queue.take();
            }),
    TRANSFER_QUEUE(
            "LinkedTransferQueue.transfer to a virtual thread",
            "transferred",
            blocking -> {
                LinkedTransferQueue<String> queue = new LinkedTransferQueue<>();
                CompletableFuture<String> taken = new CompletableFuture<>();
                VIRTUAL.startWhenBlocked(() -> taken.complete(queue.take()));
                queue.transfer("transferred");
                return taken.get();
            }),
    PIPED_STREAMS(
            "PipedInputStream, written by a virtual thread",
            "piped",
            blocking -> {
                PipedInputStream in = new PipedInputStream();
                PipedOutputStream out = new PipedOutputStream(in);
                VIRTUAL.startWhenBlocked(
                        () -> {
                            out.write(bytes("piped"));
                            out.close();
                        });
                return text(in.readAllBytes());
            }),

    // ---- Futures and pools. ----

    COMMON_POOL(
            "CompletableFuture on the common pool",
            "supplied",
            blocking -> CompletableFuture.supplyAsync(() -> "supplied").get()),
    COMPLETABLE_FUTURE(
            "CompletableFuture that a virtual thread completes",
            "completed",
            blocking -> {
                CompletableFuture<String> future = new CompletableFuture<>();
                VIRTUAL.startWhenBlocked(() -> future.complete("completed"));
                return future.join();
            }),
    OR_TIMEOUT(
            "CompletableFuture.orTimeout",
            "TimeoutException",
            blocking -> {
                try {
                    return new CompletableFuture<String>()
                            .orTimeout(3, TimeUnit.MILLISECONDS)
                            .get();
                } catch (ExecutionException e) {
                    return e.getCause().getClass().getSimpleName();
                }
            }),
    GET_TIMEOUT(
            "Future.get with a time limit",
            "TimeoutException",
            blocking -> {
                try {
                    return new CompletableFuture<String>().get(3, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    return "TimeoutException";
                }
            }),
    FIXED_POOL(
            "newFixedThreadPool, invokeAll",
            "45",
            blocking -> in(Executors.newFixedThreadPool(2), pool -> sum(pool))),
    VIRTUAL_EXECUTOR(
            "newVirtualThreadPerTaskExecutor, ten tasks that sleep",
            "45",
            blocking -> in(virtualThreads(), pool -> sum(pool))),
    INVOKE_ANY(
            "newVirtualThreadPerTaskExecutor, invokeAny",
            "first",
            blocking ->
                    in(
                            virtualThreads(),
                            pool ->
                                    pool.invokeAny(
                                            List.of(
                                                    () -> "first",
                                                    () -> {
                                                        Thread.sleep(60_000);
                                                        return "second";
                                                    })))),
    VIRTUAL_FACTORY(
            "newCachedThreadPool of virtual threads",
            "45",
            blocking -> in(Executors.newCachedThreadPool(VIRTUAL.factory()), pool -> sum(pool))),
    FORK_JOIN(
            "ForkJoinPool of its own, invoke",
            "55",
            blocking ->
                    in(new ForkJoinPool(2), pool -> "" + ((ForkJoinPool) pool).invoke(fib(10)))),
    FORK_JOIN_TASK(
            "RecursiveTask, fork and join",
            "55",
            blocking -> {
                ForkJoinTask<Integer> task = fib(10).fork();
                return "" + task.join();
            }),
    PARALLEL_STREAM(
            "a parallel stream",
            "499500",
            blocking -> "" + IntStream.range(0, 1000).parallel().sum()),
    STRUCTURED_SCOPE(
            "StructuredTaskScope, two forks that sleep",
            "3",
            blocking ->
                    structured(
                            () -> {
                                Thread.sleep(3);
                                return 1;
                            },
                            () -> {
                                Thread.sleep(2);
                                return 2;
                            })),
    STRUCTURED_SOCKETS(
            "StructuredTaskScope, two forks with a socket each",
            "14",
            blocking -> {
                Callable<Integer> seven = () -> (int) exchange(blocking.services, "\7").charAt(0);
                return structured(seven, seven);
            }),

    // ---- Threads. ----

    JOIN(
            "Thread.join of a platform thread",
            "false",
            blocking -> {
                Thread thread = PLATFORM.startWhenBlocked(() -> {});
                thread.join();
                return "" + thread.isAlive();
            }),
    JOIN_VIRTUAL(
            "Thread.join of a virtual thread",
            "false",
            blocking -> {
                Thread thread = VIRTUAL.start(() -> Thread.sleep(3));
                thread.join();
                return "" + thread.isAlive();
            }),
    GRANDCHILDREN(
            "virtual threads of virtual threads, with sockets",
            "grandchild, child",
            blocking -> {
                CompletableFuture<String> said = new CompletableFuture<>();
                VIRTUAL.start(
                                () -> {
                                    CompletableFuture<String> deeper = new CompletableFuture<>();
                                    VIRTUAL.start(
                                                    () ->
                                                            deeper.complete(
                                                                    exchange(
                                                                            blocking.services,
                                                                            "grandchild")))
                                            .join();
                                    said.complete(
                                            deeper.get()
                                                    + ", "
                                                    + exchange(blocking.services, "child"));
                                })
                        .join();
                return said.get();
            }),
    OUTLIVES(
            "a virtual thread that answers when the handler has returned",
            "answered later",
            blocking -> {
                ChannelHandlerContext ctx = blocking.ctx;
                VIRTUAL.start(
                        () -> {
                            // The handler's loop runs it after the handler.
                            ctx.executor().submit(() -> {}).sync();
                            BlockingServer.answer(
                                    ctx, exchange(blocking.services, "answered later"));
                        });
                return null;
            }),
    THREAD_LOCALS(
            "thread-locals, and those that a virtual thread inherits",
            "own, inherited",
            blocking -> {
                ThreadLocal<String> own = new ThreadLocal<>();
                InheritableThreadLocal<String> inherited = new InheritableThreadLocal<>();
                own.set("own");
                inherited.set("inherited");
                try {
                    CompletableFuture<String> seen = new CompletableFuture<>();
                    VIRTUAL.start(() -> seen.complete(own.get() + inherited.get())).join();
                    Thread.sleep(1);
                    return seen.get().replace("null", own.get() + ", ");
                } finally {
                    own.remove();
                    inherited.remove();
                }
            }),
    SCOPED_VALUE(
            "ScopedValue, bound around a fork",
            "2",
            blocking -> scoped(1, () -> structured(BlockingOperation::scopedValue, () -> 1))),
    INTERRUPT(
            "Thread.interrupt while it sleeps",
            "InterruptedException, false",
            blocking -> {
                Thread thread = Thread.currentThread();
                PLATFORM.startWhenBlocked(thread::interrupt);
                try {
                    Thread.sleep(60_000);
                    return "slept";
                } catch (InterruptedException e) {
                    return "InterruptedException, " + thread.isInterrupted();
                }
            }),
    INTERRUPT_SOCKET(
            "Thread.interrupt while it reads from a java.net.Socket",
            "SocketException, true",
            blocking -> {
                Thread thread = Thread.currentThread();
                try (Socket socket = socket(blocking.services)) {
                    PLATFORM.startWhenBlocked(thread::interrupt);
                    return "" + socket.getInputStream().read();
                } catch (SocketException e) {
                    return "SocketException, " + Thread.interrupted();
                }
            }),
    CLASS_INITIALIZER(
            "a class initializer that waits for a future",
            "initialized",
            blocking -> initialize(new Initializers())),
    CLASS_INITIALIZER_SHARED(
            "a class initializer that another channel runs",
            "initialized",
            blocking -> initialize(blocking.round.shared(Initializers.class, Initializers::new))),
    REFERENCE_QUEUE(
            "ReferenceQueue.remove",
            "true",
            blocking -> {
                ReferenceQueue<Object> queue = new ReferenceQueue<>();
                Object referent = new Object();
                Reference<Object> reference = new WeakReference<>(referent, queue);
                PLATFORM.startWhenBlocked(reference::enqueue);
                Reference<?> removed = queue.remove();
                Reference.reachabilityFence(referent);
                return "" + (removed == reference);
            }),

    // ---- Sockets. ----

    SOCKET(
            "java.net.Socket: connect, write, read",
            "asked",
            blocking -> exchange(blocking.services, "asked")),
    SOCKET_TIMEOUT(
            "java.net.Socket, a read with SO_TIMEOUT",
            "SocketTimeoutException",
            blocking -> {
                try (Socket socket = socket(blocking.services)) {
                    socket.setSoTimeout(3);
                    return "" + socket.getInputStream().read();
                } catch (SocketTimeoutException e) {
                    return "SocketTimeoutException";
                }
            }),
    SOCKET_REFUSED(
            "java.net.Socket, a connect that is refused",
            "ConnectException",
            blocking -> {
                InetAddress loopback = InetAddress.getLoopbackAddress();
                // Bound and not listening: nobody else can take the port.
                try (Socket bound = new Socket()) {
                    bound.bind(new InetSocketAddress(loopback, 0));
                    try (Socket socket = new Socket(loopback, bound.getLocalPort())) {
                        return socket.toString();
                    }
                } catch (ConnectException e) {
                    return "ConnectException";
                }
            }),
    SOCKET_CLOSED(
            "java.net.Socket, closed by a platform thread while it is read",
            "SocketException",
            blocking -> {
                try (Socket socket = socket(blocking.services)) {
                    PLATFORM.startWhenBlocked(socket::close);
                    return "" + socket.getInputStream().read();
                } catch (SocketException e) {
                    return "SocketException";
                }
            }),
    ACCEPT(
            "ServerSocket.accept of a platform thread's connection",
            "accepted",
            blocking -> accept(PLATFORM)),
    ACCEPT_VIRTUAL(
            "ServerSocket.accept of a virtual thread's connection",
            "accepted",
            blocking -> accept(VIRTUAL)),
    SOCKET_CHANNEL(
            "SocketChannel: open, write, read",
            "channel",
            blocking -> {
                try (SocketChannel channel = SocketChannel.open(blocking.services.tcpAddress())) {
                    return exchange(channel, "channel");
                }
            }),
    SERVER_SOCKET_CHANNEL(
            "ServerSocketChannel.accept of a virtual thread's connection",
            "accepted",
            blocking -> {
                try (ServerSocketChannel listener = ServerSocketChannel.open()) {
                    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                    InetSocketAddress address = (InetSocketAddress) listener.getLocalAddress();
                    VIRTUAL.startWhenBlocked(
                            () -> {
                                try (SocketChannel channel = SocketChannel.open(address)) {
                                    write(channel, "accepted");
                                }
                            });
                    try (SocketChannel channel = listener.accept()) {
                        return read(channel, "accepted".length());
                    }
                }
            }),
    UNIX_CHANNEL(
            "SocketChannel over a Unix socket",
            "unix",
            blocking -> {
                try (SocketChannel channel =
                        SocketChannel.open(UnixDomainSocketAddress.of(blocking.services.unix()))) {
                    return exchange(channel, "unix");
                }
            }),
    DATAGRAM_SOCKET(
            "DatagramSocket: send, receive",
            "datagram",
            blocking -> {
                try (DatagramSocket socket = new DatagramSocket()) {
                    byte[] sent = bytes("datagram");
                    DatagramPacket packet =
                            new DatagramPacket(
                                    sent,
                                    sent.length,
                                    InetAddress.getLoopbackAddress(),
                                    blocking.services.udp());
                    socket.send(packet);
                    DatagramPacket received = new DatagramPacket(new byte[100], 100);
                    socket.receive(received);
                    return new String(
                            received.getData(), 0, received.getLength(), StandardCharsets.UTF_8);
                }
            }),
    DATAGRAM_CHANNEL(
            "DatagramChannel: send, receive",
            "datagram",
            blocking -> {
                try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET)) {
                    channel.send(
                            ByteBuffer.wrap(bytes("datagram")),
                            new InetSocketAddress(
                                    InetAddress.getLoopbackAddress(), blocking.services.udp()));
                    ByteBuffer received = ByteBuffer.allocate(100);
                    channel.receive(received);
                    return text(received.flip());
                }
            }),
    PIPE(
            "Pipe, written by a virtual thread",
            "piped",
            blocking -> {
                Pipe pipe = Pipe.open();
                try (Pipe.SourceChannel source = pipe.source()) {
                    VIRTUAL.startWhenBlocked(
                            () -> {
                                try (Pipe.SinkChannel sink = pipe.sink()) {
                                    sink.write(ByteBuffer.wrap(bytes("piped")));
                                }
                            });
                    ByteBuffer read = ByteBuffer.allocate(100);
                    while (source.read(read) >= 0) {
                        // until the other side closes it
                    }
                    return text(read.flip());
                }
            }),
    SELECTOR(
            "Selector.select",
            "selected",
            blocking -> {
                try (Selector selector = Selector.open();
                        SocketChannel channel =
                                SocketChannel.open(blocking.services.tcpAddress())) {
                    channel.configureBlocking(false);
                    channel.register(selector, SelectionKey.OP_READ);
                    write(channel, "selected");
                    ByteBuffer read = ByteBuffer.allocate("selected".length());
                    while (read.hasRemaining()) {
                        selector.select();
                        selector.selectedKeys().clear();
                        channel.read(read);
                    }
                    return text(read.flip());
                }
            }),
    ASYNCHRONOUS_CHANNEL(
            "AsynchronousSocketChannel, get",
            "asynchronous",
            blocking -> {
                try (AsynchronousSocketChannel channel = AsynchronousSocketChannel.open()) {
                    channel.connect(blocking.services.tcpAddress()).get();
                    channel.write(ByteBuffer.wrap(bytes("asynchronous"))).get();
                    ByteBuffer read = ByteBuffer.allocate("asynchronous".length());
                    while (read.hasRemaining()) {
                        channel.read(read).get();
                    }
                    return text(read.flip());
                }
            }),
    TLS(
            "SSLSocket: handshake, write, read",
            "secret",
            blocking -> {
                SSLContext context =
                        blocking.round.shared(SSLContext.class, BlockingOperation::trusting);
                try (Socket socket =
                        context.getSocketFactory()
                                .createSocket(
                                        InetAddress.getLoopbackAddress(),
                                        blocking.services.tls())) {
                    return exchange(socket, "secret");
                }
            }),
    HTTP_URL_CONNECTION(
            "HttpURLConnection",
            "hello",
            blocking -> {
                try (InputStream in = url(blocking.services).toURL().openStream()) {
                    return text(in.readAllBytes());
                }
            }),
    HTTP_CLIENT(
            "HttpClient.send",
            "hello",
            blocking -> {
                HttpClient client =
                        blocking.round.shared(HttpClient.class, HttpClient::newHttpClient);
                return client.send(
                                HttpRequest.newBuilder(url(blocking.services)).build(),
                                HttpResponse.BodyHandlers.ofString())
                        .body();
            }),
    HTTP_CLIENT_VIRTUAL(
            "HttpClient.sendAsync on virtual threads, get",
            "hello",
            blocking -> {
                HttpClient client =
                        blocking.round.shared(
                                HttpClient.class,
                                () -> HttpClient.newBuilder().executor(virtualThreads()).build());
                return client.sendAsync(
                                HttpRequest.newBuilder(url(blocking.services)).build(),
                                HttpResponse.BodyHandlers.ofString())
                        .get()
                        .body();
            }),
    NAME_LOOKUP(
            "InetAddress.getByName",
            "true",
            blocking -> "" + InetAddress.getByName("localhost").isLoopbackAddress()),
    NAME_LOOKUP_ALL(
            "InetAddress.getAllByName, four virtual threads at once",
            "true",
            blocking ->
                    in(
                            virtualThreads(),
                            pool -> {
                                Callable<Boolean> lookUp =
                                        () -> InetAddress.getAllByName("localhost").length > 0;
                                boolean all = true;
                                for (Future<Boolean> found :
                                        pool.invokeAll(Collections.nCopies(4, lookUp))) {
                                    all &= found.get();
                                }
                                return "" + all;
                            })),
    RMI(
            "RMI",
            "remote",
            blocking -> {
                try (ObjectInputStream in =
                        new ObjectInputStream(Files.newInputStream(blocking.services.rmi()))) {
                    return ((Services.Echo) in.readObject()).echo("remote");
                }
            }),
    JMX("JMX", "DefaultDomain", blocking -> blocking.few(few -> defaultDomain(few.services))),

    // ---- Files. ----

    FILES(
            "Files.writeString, readString",
            "written",
            blocking -> {
                Path file = file(blocking);
                Files.writeString(file, "written");
                try {
                    return Files.readString(file);
                } finally {
                    Files.delete(file);
                }
            }),
    RANDOM_ACCESS_FILE(
            "RandomAccessFile, FileDescriptor.sync",
            "synced",
            blocking -> {
                Path path = file(blocking);
                try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
                    file.writeUTF("synced");
                    file.getFD().sync();
                    file.seek(0);
                    return file.readUTF();
                } finally {
                    Files.delete(path);
                }
            }),
    FILE_LOCK(
            "FileChannel.lock while another process holds it",
            "true",
            blocking -> {
                try (FileChannel file =
                        FileChannel.open(blocking.services.locked(), StandardOpenOption.WRITE)) {
                    long own = blocking.round.shared(Regions.class, Regions::new).next();
                    try (FileLock lock = file.lock(own, 1, false)) {
                        return "" + lock.isValid();
                    }
                }
            }),
    MAPPED_FILE(
            "a memory-mapped file, force",
            "mapped",
            blocking -> {
                Path path = file(blocking);
                try (FileChannel file =
                        FileChannel.open(
                                path,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE)) {
                    MappedByteBuffer map = file.map(FileChannel.MapMode.READ_WRITE, 0, 8192);
                    map.put(8000, bytes("mapped"));
                    map.force();
                    ByteBuffer read = ByteBuffer.allocate("mapped".length());
                    file.read(read, 8000);
                    return text(read.flip());
                } finally {
                    Files.delete(path);
                }
            }),
    TRANSFER_TO(
            "FileChannel.transferTo a SocketChannel",
            "sent",
            blocking -> {
                Path path = file(blocking);
                Files.writeString(path, "sent");
                try (FileChannel file = FileChannel.open(path);
                        SocketChannel channel =
                                SocketChannel.open(blocking.services.tcpAddress())) {
                    for (long sent = 0; sent < file.size(); ) {
                        sent += file.transferTo(sent, file.size() - sent, channel);
                    }
                    return read(channel, (int) file.size());
                } finally {
                    Files.delete(path);
                }
            }),
    ASYNCHRONOUS_FILE(
            "AsynchronousFileChannel, get",
            "written",
            blocking -> {
                Path path = file(blocking);
                try (AsynchronousFileChannel file =
                        AsynchronousFileChannel.open(
                                path,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE)) {
                    file.write(ByteBuffer.wrap(bytes("written")), 0).get();
                    ByteBuffer read = ByteBuffer.allocate("written".length());
                    file.read(read, 0).get();
                    return text(read.flip());
                } finally {
                    Files.delete(path);
                }
            }),
    WATCH_SERVICE(
            "WatchService.take",
            "ENTRY_CREATE",
            blocking ->
                    blocking.few(
                            few -> {
                                Path folder = Files.createDirectory(file(blocking));
                                Path file = folder.resolve("new");
                                try (WatchService watch =
                                        folder.getFileSystem().newWatchService()) {
                                    folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
                                    Thread creator =
                                            PLATFORM.startWhenBlocked(() -> Files.createFile(file));
                                    WatchKey key = watch.take();
                                    creator.join();
                                    return key.pollEvents().get(0).kind().name();
                                } finally {
                                    Files.deleteIfExists(file);
                                    Files.delete(folder);
                                }
                            })),
    STANDARD_INPUT("System.in, closed", "-1", blocking -> "" + System.in.read()),

    // ---- Processes. ----

    PROCESS(
            "Process.waitFor",
            "0",
            blocking -> blocking.few(few -> "" + new ProcessBuilder("true").start().waitFor())),
    PROCESS_STREAMS(
            "a process's streams",
            "through cat",
            blocking ->
                    blocking.few(
                            few -> {
                                Process process = new ProcessBuilder("cat").start();
                                try (OutputStream out = process.getOutputStream()) {
                                    out.write(bytes("through cat"));
                                }
                                return text(process.getInputStream().readAllBytes());
                            })),
    PROCESS_EXIT(
            "Process.onExit, get",
            "0",
            blocking ->
                    blocking.few(
                            few ->
                                    ""
                                            + new ProcessBuilder("true")
                                                    .start()
                                                    .onExit()
                                                    .get()
                                                    .exitValue())),

    // ---- GoPoll and Netty. ----

    CONN(
            "io.gopoll.net.Conn: dial, write, read",
            "conn",
            blocking -> {
                try (Conn conn = Net.dial("tcp", "127.0.0.1:" + blocking.services.tcp())) {
                    return exchange(conn, "conn");
                }
            }),
    CONN_DEADLINE(
            "io.gopoll.net.Conn, a read with a deadline",
            "DeadlineExceededException",
            blocking -> {
                try (Conn conn = Net.dial("tcp", "127.0.0.1:" + blocking.services.tcp())) {
                    conn.setReadDeadline(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(3));
                    return "" + conn.read(new byte[1]);
                } catch (DeadlineExceededException e) {
                    return "DeadlineExceededException";
                }
            }),
    FACTORY(
            "a socket of GoPollSocketFactory: connect, write, read",
            "factory",
            blocking -> {
                try (Socket socket =
                        GoPollSocketFactory.getDefault()
                                .createSocket(
                                        InetAddress.getLoopbackAddress(),
                                        blocking.services.tcp())) {
                    return exchange(socket, "factory");
                }
            }),
    FACTORY_TIMEOUT(
            "a socket of GoPollSocketFactory, a read with SO_TIMEOUT",
            "SocketTimeoutException",
            blocking -> {
                try (Socket socket = GoPollSocketFactory.getDefault().createSocket()) {
                    socket.connect(blocking.services.tcpAddress());
                    socket.setSoTimeout(3);
                    return "" + socket.getInputStream().read();
                } catch (SocketTimeoutException e) {
                    return "SocketTimeoutException";
                }
            }),
    LISTENER(
            "io.gopoll.net.Listener.accept of a virtual thread's connection",
            "accepted",
            blocking -> {
                try (Listener listener = Net.listen("tcp", "127.0.0.1:0")) {
                    int port = ((InetSocketAddress) listener.localAddress()).getPort();
                    VIRTUAL.startWhenBlocked(
                            () -> {
                                try (Conn conn = Net.dial("tcp", "127.0.0.1:" + port)) {
                                    write(conn, "accepted");
                                }
                            });
                    try (Conn conn = listener.accept()) {
                        return read(conn, "accepted".length());
                    }
                }
            }),
    PACKET_CONN(
            "io.gopoll.net.PacketConn: writeTo, readFrom",
            "packet",
            blocking -> {
                try (PacketConn conn = Net.listenPacket("udp", "127.0.0.1:0")) {
                    conn.writeTo(
                            ByteBuffer.wrap(bytes("packet")),
                            new InetSocketAddress(
                                    InetAddress.getLoopbackAddress(), blocking.services.udp()));
                    ByteBuffer received = ByteBuffer.allocate(100);
                    conn.readFrom(received);
                    return text(received.flip());
                }
            }),
    AWAIT(
            "GoPoll.await of a promise of the own loop",
            "done",
            blocking -> {
                EventExecutor loop = blocking.ctx.executor();
                Promise<String> promise = loop.newPromise();
                loop.schedule(() -> promise.setSuccess("done"), 3, TimeUnit.MILLISECONDS);
                return GoPoll.await(promise);
            }),
    AWAIT_CONNECT(
            "GoPoll.await of a connect on the own loop",
            "false",
            blocking -> {
                ChannelFuture connect =
                        new Bootstrap()
                                .group(blocking.ctx.channel().eventLoop())
                                .channel(GoPollSocketChannel.class)
                                .handler(new ChannelInboundHandlerAdapter())
                                .connect(blocking.services.tcpAddress());
                GoPoll.await(connect);
                GoPoll.await(connect.channel().close());
                return "" + connect.channel().isOpen();
            }),
    SYNC(
            "sync() on another channel's futures",
            "synced",
            blocking -> {
                BlockingQueue<String> read = new LinkedBlockingQueue<>();
                EventLoopGroup group = blocking.ctx.channel().eventLoop().parent();
                Channel channel =
                        new Bootstrap()
                                .group(group)
                                .channel(GoPollSocketChannel.class)
                                .handler(
                                        new ChannelInboundHandlerAdapter() {
                                            @Override
                                            public void channelRead(
                                                    ChannelHandlerContext ctx, Object msg) {
                                                ByteBuf buf = (ByteBuf) msg;
                                                read.add(buf.toString(StandardCharsets.UTF_8));
                                                buf.release();
                                            }
                                        })
                                .connect(blocking.services.tcpAddress())
                                .sync()
                                .channel();
                channel.writeAndFlush(Unpooled.copiedBuffer("synced", StandardCharsets.UTF_8))
                        .sync();
                String answer = "";
                while (answer.length() < "synced".length()) {
                    answer += read.take();
                }
                channel.close().sync();
                return answer;
            }),
    EXECUTOR_SYNC(
            "sync() on a future of another EventExecutor",
            "executed",
            blocking -> {
                EventExecutor executor =
                        blocking.round.shared(EventExecutor.class, DefaultEventExecutor::new);
                return executor.submit(() -> "executed").sync().getNow();
            });

    /** As the page has it. */
    final String title;

    /** What the operation's answer is. */
    final String expected;

    final Blocking.Body body;

    BlockingOperation(String title, String expected, Blocking.Body body) {
        this.title = title;
        this.expected = expected;
        this.body = body;
    }

    // ---- Parts of operations. ----

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    private static Path file(Blocking blocking) {
        long number = blocking.round.shared(Regions.class, Regions::new).next();
        return blocking.services
                .folder()
                .resolve(
                        ProcessHandle.current().pid()
                                + "-"
                                + blocking.round.channels
                                + "-"
                                + number);
    }

    private static Socket socket(Services services) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), services.tcp());
    }

    private static String exchange(Services services, String text) throws IOException {
        try (Socket socket = socket(services)) {
            return exchange(socket, text);
        }
    }

    private static String exchange(Socket socket, String text) throws IOException {
        byte[] bytes = bytes(text);
        socket.getOutputStream().write(bytes);
        return text(socket.getInputStream().readNBytes(bytes.length));
    }

    private static String exchange(ByteChannel channel, String text) throws IOException {
        write(channel, text);
        return read(channel, text.length());
    }

    private static void write(ByteChannel channel, String text) throws IOException {
        for (ByteBuffer bytes = ByteBuffer.wrap(bytes(text)); bytes.hasRemaining(); ) {
            channel.write(bytes);
        }
    }

    private static String read(ByteChannel channel, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
            // until all is there, or the end
        }
        return text(bytes.flip());
    }

    private static URI url(Services services) {
        return URI.create("http://127.0.0.1:" + services.http() + "/");
    }

    @SuppressWarnings("BanJNDI") // the server is the test's own
    private static String defaultDomain(Services services) throws IOException {
        JMXServiceURL url = new JMXServiceURL(Files.readString(services.jmx()));
        try (JMXConnector connector = JMXConnectorFactory.connect(url)) {
            return connector.getMBeanServerConnection().getDefaultDomain();
        }
    }

    private static String accept(Other other) throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket listener = new ServerSocket(0, 1, loopback)) {
            other.startWhenBlocked(
                    () -> {
                        try (Socket socket = new Socket(loopback, listener.getLocalPort())) {
                            socket.getOutputStream().write(bytes("accepted"));
                        }
                    });
            try (Socket socket = listener.accept()) {
                return text(socket.getInputStream().readAllBytes());
            }
        }
    }

    /** Returns when another thread holds something, which that gives back once this one waits. */
    private static void holdWhile(Other other, Task take, Task give) throws InterruptedException {
        Thread caller = Thread.currentThread();
        CountDownLatch held = new CountDownLatch(1);
        AtomicBoolean here = new AtomicBoolean();
        other.start(
                () -> {
                    take.run();
                    held.countDown();
                    until(() -> here.get() && isBlocked(caller));
                    give.run();
                });
        held.await();
        here.set(true);
    }

    private static String lock(Other other) throws InterruptedException {
        ReentrantLock lock = new ReentrantLock();
        holdWhile(other, lock::lock, lock::unlock);
        lock.lock();
        try {
            return lock.isHeldByCurrentThread() ? "locked" : "not locked";
        } finally {
            lock.unlock();
        }
    }

    private static String enter(Other other) throws InterruptedException {
        Thread caller = Thread.currentThread();
        Object monitor = new Object();
        CountDownLatch held = new CountDownLatch(1);
        AtomicBoolean here = new AtomicBoolean();
        StringBuilder text = new StringBuilder();
        other.start(
                () -> {
                    synchronized (monitor) {
                        held.countDown();
                        until(() -> here.get() && isBlocked(caller));
                        text.append("entered");
                    }
                });
        held.await();
        here.set(true);
        synchronized (monitor) {
            return text.toString();
        }
    }

    private static String waitFor(Other other) throws InterruptedException {
        Object monitor = new Object();
        AtomicBoolean notified = new AtomicBoolean();
        synchronized (monitor) {
            other.start(
                    () -> {
                        synchronized (monitor) { // once the handler waits
                            notified.set(true);
                            monitor.notifyAll();
                        }
                    });
            while (!notified.get()) {
                monitor.wait();
            }
        }
        return "notified";
    }

    private static String sum(ExecutorService pool)
            throws InterruptedException, ExecutionException {
        List<Callable<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            int value = i;
            tasks.add(
                    () -> {
                        Thread.sleep(2);
                        return value;
                    });
        }
        int sum = 0;
        for (Future<Integer> future : pool.invokeAll(tasks)) {
            sum += future.get();
        }
        return "" + sum;
    }

    private static RecursiveTask<Integer> fib(int n) {
        return new RecursiveTask<>() {
            @Override
            protected Integer compute() {
                if (n < 2) {
                    return n;
                }
                ForkJoinTask<Integer> one = fib(n - 1).fork();
                return fib(n - 2).invoke() + one.join();
            }
        };
    }

    /** Gives channels numbers. */
    private static final class Regions {
        private long next;

        synchronized long next() {
            return next++;
        }
    }

    // ---- What GoPoll, which is compiled for JDK 17, has no name for. ----

    /** The sum of what two forks of a scope return. */
    private static String structured(Callable<Integer> one, Callable<Integer> other)
            throws Exception {
        Class<?> type = Class.forName("java.util.concurrent.StructuredTaskScope");
        Object scope;
        if (type.isInterface()) { // from JDK 25
            scope = type.getMethod("open").invoke(null);
        } else {
            scope =
                    Class.forName(type.getName() + "$ShutdownOnFailure")
                            .getConstructor()
                            .newInstance();
        }
        try {
            Supplier<?> first =
                    (Supplier<?>) type.getMethod("fork", Callable.class).invoke(scope, one);
            Supplier<?> second =
                    (Supplier<?>) type.getMethod("fork", Callable.class).invoke(scope, other);
            type.getMethod("join").invoke(scope);
            return "" + ((Integer) first.get() + (Integer) second.get());
        } finally {
            ((AutoCloseable) scope).close();
        }
    }

    /** A class of its own, so that it is made when it is asked for. */
    private static final class Scoped {

        static final Object VALUE = newScopedValue();

        private static Object newScopedValue() {
            try {
                return Class.forName("java.lang.ScopedValue").getMethod("newInstance").invoke(null);
            } catch (ReflectiveOperationException e) {
                throw new LinkageError("no scoped values", e);
            }
        }
    }

    private static Integer scopedValue() throws ReflectiveOperationException {
        Thread.yield();
        return (Integer) Scoped.VALUE.getClass().getMethod("get").invoke(Scoped.VALUE);
    }

    private static String scoped(Object value, Callable<String> body) throws Exception {
        Class<?> type = Scoped.VALUE.getClass();
        Object carrier =
                type.getMethod("where", type, Object.class).invoke(null, Scoped.VALUE, value);
        CompletableFuture<String> result = new CompletableFuture<>();
        Runnable run =
                () -> {
                    try {
                        result.complete(body.call());
                    } catch (Exception e) {
                        result.completeExceptionally(e);
                    }
                };
        carrier.getClass().getMethod("run", Runnable.class).invoke(carrier, run);
        return result.get();
    }

    // ---- Classes whose initializers block. ----

    /** Defines {@link Initialized} anew. */
    private static final class Initializers extends ClassLoader {

        Initializers() {
            super(BlockingOperation.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.equals(Initialized.class.getName())) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? define(name) : loaded;
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    /** Blocks before there is one. Another loader's: it reaches nothing of this package. */
    static final class Initialized implements Supplier<String> {

        private static final String VALUE =
                new CompletableFuture<String>()
                        .completeOnTimeout("initialized", 3, TimeUnit.MILLISECONDS)
                        .join();

        @Override
        public String get() {
            return VALUE;
        }
    }

    private static String initialize(ClassLoader loader) throws ReflectiveOperationException {
        Constructor<?> constructor =
                Class.forName(Initialized.class.getName(), true, loader).getDeclaredConstructor();
        constructor.setAccessible(true);
        return (String) ((Supplier<?>) constructor.newInstance()).get();
    }

    // ---- TLS. ----

    private static SSLContext trusting() {
        X509TrustManager all =
                new X509TrustManager() {
                    @Override
                    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

                    @Override
                    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

                    @Override
                    public X509Certificate[] getAcceptedIssuers() {
                        return new X509Certificate[0];
                    }
                };
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {all}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
