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
package io.gopoll.faults;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** What makes a server do some of its system calls, over and over. */
enum Exercise {
    ECHO(Service.ECHO),
    GATHER(Service.GATHER),
    RELAY(Service.RELAY),
    FILE(Service.FILE),
    PROXY(Service.PROXY),
    SPLICE(Service.SPLICE),
    UNIX(Service.UNIX),
    UDP(Service.UDP),
    UDP_MANY(Service.UDP_MANY),
    /** A connection for each exchange. */
    CONNECTIONS(Service.ECHO),
    UNIX_CONNECTIONS(Service.UNIX),
    PROXY_CONNECTIONS(Service.PROXY),
    SPLICE_CONNECTIONS(Service.SPLICE),
    /** A connection for each exchange, whose end comes from the client first. */
    HALF(Service.HALF),
    BIND(Action.BIND),
    BIND_UNIX(Action.BIND_UNIX),
    OPEN_LOOP(Action.OPEN_LOOP),
    PASS(Action.PASS);

    /** Connections of those that are kept. */
    private static final int KEPT = 8;

    private static final int BURST = 8;

    private static final int MAX_PAYLOAD = 4000;
    private static final int BIG_PAYLOAD = 300_000;
    private static final int DATAGRAM = 1200;

    /** A datagram that has not been answered for so long is lost. */
    private static final int LOST_MILLIS = 3000;

    private final Service service;
    private final Action action;

    Exercise(Service service) {
        this.service = service;
        action = null;
    }

    Exercise(Action action) {
        service = null;
        this.action = action;
    }

    void run(ServerProcess server, int times, Tally tally) throws IOException {
        if (action != null) {
            act(server, times, tally);
        } else if (service.isUdp()) {
            datagrams(server, times, tally);
        } else if (this == HALF || name().endsWith("CONNECTIONS")) {
            connections(server, times, tally);
        } else {
            kept(server, times, tally);
        }
    }

    private void act(ServerProcess server, int times, Tally tally) throws IOException {
        String[] failedAndLate = server.tell(action + " " + times).split(" ");
        int failed = Integer.parseInt(failedAndLate[0]);
        int late = Integer.parseInt(failedAndLate[1]);
        tally.add(Outcome.ENDED, failed);
        tally.add(Outcome.LATE, late);
        tally.add(Outcome.ANSWERED, times - failed - late);
    }

    private void connections(ServerProcess server, int times, Tally tally) throws IOException {
        Random random = new Random(times);
        for (int i = 0; i < times; i++) {
            try (Client client = new Client(server.address(service))) {
                byte[] request = payload(random, i);
                Outcome outcome = this == HALF ? client.last(request) : client.echo(request);
                tally.add(outcome, 1);
                if (outcome == Outcome.LATE) {
                    return;
                }
            }
        }
    }

    private void kept(ServerProcess server, int times, Tally tally) throws IOException {
        Random random = new Random(times);
        List<Client> clients = new ArrayList<>();
        try {
            for (int i = 0; i < Math.min(times, KEPT); i++) {
                clients.add(new Client(server.address(service)));
            }
            for (int i = 0; i < times && !clients.isEmpty(); i++) {
                Client client = clients.get(i % clients.size());
                Outcome outcome = exchange(client, server.file(), random, i);
                tally.add(outcome, 1);
                if (outcome == Outcome.LATE) {
                    // It is a failure already: the others are not waited for, too.
                    return;
                }
                if (outcome != Outcome.ANSWERED) {
                    client.close();
                    clients.remove(client);
                }
            }
        } finally {
            for (Client client : clients) {
                client.close();
            }
        }
    }

    private Outcome exchange(Client client, byte[] file, Random random, int i) {
        if (service != Service.FILE) {
            return client.echo(payload(random, i));
        }
        int length = payload(random, i).length;
        int begin = random.nextInt(file.length - length);
        byte[] request =
                ByteBuffer.allocate(Handlers.FILE_REQUEST).putInt(begin).putInt(length).array();
        return client.exchange(request, Arrays.copyOfRange(file, begin, begin + length));
    }

    /** Now and then one that does not fit into a socket's buffers. */
    private static byte[] payload(Random random, int i) {
        byte[] bytes = new byte[i % 16 == 15 ? BIG_PAYLOAD : 1 + random.nextInt(MAX_PAYLOAD)];
        random.nextBytes(bytes);
        return bytes;
    }

    private void datagrams(ServerProcess server, int times, Tally tally) throws IOException {
        Random random = new Random(times);
        int burst = service == Service.UDP ? 1 : BURST;
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(server.address(service));
            socket.setSoTimeout(LOST_MILLIS);
            for (int i = 0; i < times; i++) {
                List<byte[]> sent = new ArrayList<>();
                for (int j = 0; j < burst; j++) {
                    byte[] bytes = new byte[DATAGRAM];
                    random.nextBytes(bytes);
                    sent.add(bytes);
                    socket.send(new DatagramPacket(bytes, bytes.length));
                }
                receive(socket, sent, tally);
            }
        }
    }

    /** In any order. */
    private static void receive(DatagramSocket socket, List<byte[]> sent, Tally tally)
            throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[2 * DATAGRAM], 2 * DATAGRAM);
        try {
            while (!sent.isEmpty()) {
                socket.receive(packet);
                byte[] bytes = Arrays.copyOf(packet.getData(), packet.getLength());
                boolean known = sent.removeIf(s -> Arrays.equals(s, bytes));
                tally.add(known ? Outcome.ANSWERED : Outcome.WRONG, 1);
            }
        } catch (SocketTimeoutException lost) {
            tally.add(Outcome.ENDED, sent.size());
        }
    }
}
