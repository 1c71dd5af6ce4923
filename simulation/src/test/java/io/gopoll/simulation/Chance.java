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

/** What a seed decides. The same seed gives the same decisions: SplitMix64. */
final class Chance {

    private static final long GAMMA = 0x9e3779b97f4a7c15L;

    private long state;

    Chance(long seed) {
        begin(seed);
    }

    /** From here on it decides as a new one of that seed. */
    void begin(long seed) {
        state = mix(seed + GAMMA);
    }

    static long mix(long z) {
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    long next() {
        state += GAMMA;
        return mix(state);
    }

    /** 0 to {@code bound} - 1. */
    int below(int bound) {
        return (int) ((next() >>> 33) % bound);
    }

    /** 1 to {@code most}; small ones as often as large ones. */
    int size(int most) {
        return 1 + below(Math.max(1, most >> below(14)));
    }

    boolean oneIn(int n) {
        return below(n) == 0;
    }
}
