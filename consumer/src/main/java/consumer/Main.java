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
package consumer;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.gopoll.channel.GoPoll;
import io.gopoll.channel.GoPollIoHandler;
import io.gopoll.channel.GoroutineEventLoopGroup;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;

/** Echo and HTTP in the loop mode, and in goroutine mode where the JDK has it. */
public final class Main {

    private static final int GOROUTINES_SINCE = 21;

    private Main() {}

    /** Ends by itself, with exit code 0, when all has been served; then says on what it ran. */
    public static void main(String[] args) throws Exception {
        serve(new MultiThreadIoEventLoopGroup(2, GoPollIoHandler.newFactory()), 0);
        String ran = GoPoll.syscalls();
        if (Runtime.version().feature() >= GOROUTINES_SINCE) {
            serve(new GoroutineEventLoopGroup(), 5);
            ran += " " + GoPoll.scheduler();
        }
        System.out.println("served on " + ran);
    }

    private static void serve(EventLoopGroup group, long blockMillis) throws Exception {
        try {
            byte[] sent = "0123456789abcdef".repeat(1 << 16).getBytes(US_ASCII);
            check(new String(sent, US_ASCII), new String(Echo.of(group, sent), US_ASCII));
            check("Hello, /gopoll", Http.get(group, "/gopoll", blockMillis));
        } finally {
            group.shutdownGracefully(0, 10, java.util.concurrent.TimeUnit.SECONDS).sync();
        }
    }

    private static void check(String expected, String actual) {
        if (!actual.equals(expected)) {
            throw new AssertionError("expected " + expected + ", got " + actual);
        }
    }
}
