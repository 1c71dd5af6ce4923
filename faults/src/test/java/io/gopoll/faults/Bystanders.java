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
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Connections that go on echoing while calls fail, beside what makes them fail. */
final class Bystanders implements AutoCloseable {

    private static final List<Service> SERVICES =
            List.of(Service.ECHO, Service.GATHER, Service.RELAY, Service.UNIX);

    private static final int MAX_PAYLOAD = 2000;

    private final ServerProcess server;
    private final List<Client> clients = new ArrayList<>();
    private final Random random = new Random(1);

    private volatile boolean done;

    Bystanders(ServerProcess server) throws IOException {
        this.server = server;
        for (Service service : SERVICES) {
            clients.add(new Client(server.address(service)));
        }
    }

    /** Begins; ends with {@link #stop}. */
    Thread start(Tally tally) {
        done = false;
        Thread thread = new Thread(() -> run(tally), "bystanders");
        thread.start();
        return thread;
    }

    void stop() {
        done = true;
    }

    private void run(Tally tally) {
        try {
            while (!done) {
                round(tally);
                TimeUnit.MILLISECONDS.sleep(5);
            }
        } catch (IOException e) {
            tally.add(Outcome.LATE, 1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** An exchange of each; one that has ended is replaced. */
    void round(Tally tally) throws IOException {
        for (int i = 0; i < clients.size(); i++) {
            byte[] request = new byte[1 + random.nextInt(MAX_PAYLOAD)];
            random.nextBytes(request);
            Outcome outcome = clients.get(i).echo(request);
            tally.add(outcome, 1);
            if (outcome != Outcome.ANSWERED) {
                clients.get(i).close();
                clients.set(i, new Client(server.address(SERVICES.get(i))));
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (Client client : clients) {
            client.close();
        }
    }
}
