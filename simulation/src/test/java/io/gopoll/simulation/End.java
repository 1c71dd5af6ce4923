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
package io.gopoll.simulation;

/** One end of a connection: a channel, or a socket of another process. */
abstract class End {

    final Flow out;
    final Flow in;
    End other;

    /** Somebody has told it that the connection is broken. */
    boolean toldError;

    /** It has seen the end of its input. */
    boolean sawEnd;

    /** It does not want to know what comes. */
    boolean stoppedReading;

    /** It has shut its input down, so that nothing is spliced from there any more either. */
    boolean endedInput;

    /** It has ended its output in good order. */
    boolean endedOutput;

    End(Flow out, Flow in) {
        this.out = out;
        this.in = in;
    }

    /** Whether nothing can come any more. */
    abstract boolean isClosed();

    abstract void write(Chance chance, int most);

    abstract void shutdownOutput();

    abstract void close();

    /** The input of other channels goes to this end's peer, spliced. */
    boolean isTarget;

    /** It has been closed by its owner. */
    boolean closedItself;

    private boolean isBroken() {
        return toldError || closedItself || isClosed();
    }

    /** Whether what was sent to this end may have got lost on the way. */
    final boolean mayHaveLost() {
        return endedInput || isBroken() || other.isBroken();
    }

    /** After everything has come to rest, with all that can be read read. */
    final void check() {
        if (toldError || stoppedReading || other.toldError && other.isClosed()) {
            return;
        }
        if (other.isTarget && (other.isBroken() || other.endedOutput)) {
            return;
        }
        if (in.isAnyMissing()) {
            throw new AssertionError(
                    "bytes are missing, and nobody has said so: "
                            + in
                            + (sawEnd ? ", then the end; at " : "; at ")
                            + this
                            + ", from "
                            + other);
        }
        if (other.endedOutput && !sawEnd && !isClosed()) {
            throw new AssertionError("the end has not been seen; at " + this + ", from " + other);
        }
    }
}
