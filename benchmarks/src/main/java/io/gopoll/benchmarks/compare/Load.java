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
package io.gopoll.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What clients do: in each exchange a connection sends {@code pipeline} requests of one size and
 * waits for as many answers of one size. The words are those of the load generators' command line.
 *
 * @param requestBytes of one request; of no meaning for HTTP
 * @param responseBytes of one answer
 * @param churn a new connection for each exchange
 * @param idle connections that are opened besides and do nothing
 */
record Load(
        Network network,
        boolean http,
        int requestBytes,
        int responseBytes,
        int pipeline,
        boolean churn,
        boolean tls,
        int idle) {

    enum Network {
        TCP,
        UDP,
        UNIX
    }

    /** Must be, to the byte, what Netty's encoder makes of {@link Handlers}' answer. */
    static final String HTTP_RESPONSE =
            "HTTP/1.1 200 OK\r\n"
                    + "content-type: text/plain\r\n"
                    + "content-length: 13\r\n\r\n"
                    + "Hello, World!";

    static Load ofHttp() {
        return new Load(Network.TCP, true, 0, HTTP_RESPONSE.length(), 1, false, false, 0);
    }

    static Load of(int requestBytes, int responseBytes) {
        return new Load(Network.TCP, false, requestBytes, responseBytes, 1, false, false, 0);
    }

    static Load ofEcho(int bytes) {
        return of(bytes, bytes);
    }

    Load over(Network over) {
        return new Load(over, http, requestBytes, responseBytes, pipeline, churn, tls, idle);
    }

    Load pipelined(int deep) {
        return new Load(network, http, requestBytes, responseBytes, deep, churn, tls, idle);
    }

    Load churning() {
        return new Load(network, http, requestBytes, responseBytes, pipeline, true, tls, idle);
    }

    Load encrypted() {
        return new Load(network, http, requestBytes, responseBytes, pipeline, churn, true, idle);
    }

    Load besides(int connections) {
        return new Load(
                network, http, requestBytes, responseBytes, pipeline, churn, tls, connections);
    }

    /**
     * @param address {@code HOST:PORT}, or a path
     * @param rate exchanges a second, 0 for as many as there can be
     * @param pid the process whose CPU time is to be told
     */
    List<String> arguments(
            String address, int connections, double ramp, double seconds, double rate, long pid) {
        List<String> arguments = new ArrayList<>();
        arguments.add("network=" + network.name().toLowerCase(Locale.ROOT));
        arguments.add("address=" + address);
        arguments.add("connections=" + connections);
        arguments.add("idle=" + idle);
        arguments.add("request=" + (http ? "http" : "bytes"));
        arguments.add("requestBytes=" + requestBytes);
        arguments.add("responseBytes=" + responseBytes);
        arguments.add("pipeline=" + pipeline);
        arguments.add("churn=" + (churn ? 1 : 0));
        if (tls) {
            arguments.add("tls=1"); // known to JavaLoad only
        }
        arguments.add("ramp=" + ramp);
        arguments.add("seconds=" + seconds);
        arguments.add("rate=" + rate);
        arguments.add("pid=" + pid);
        return arguments;
    }
}
