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

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What several channels splice into one: their bytes, in an order that nobody knows before. */
final class MergedFlow extends Flow {

    private final List<ChannelEnd> sources;

    /**
     * How many bytes of each source may have come. More than one answer is left only while the next
     * bytes of two sources are the same.
     */
    private Set<List<Long>> possible;

    MergedFlow(List<ChannelEnd> sources) {
        super(0);
        this.sources = sources;
        possible = Set.of(sources.stream().map(s -> 0L).toList());
    }

    @Override
    void receive(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            Set<List<Long>> next = new LinkedHashSet<>();
            for (List<Long> counts : possible) {
                addThoseAfter(counts, bytes[i], next);
            }
            if (next.isEmpty()) {
                throw new AssertionError("byte " + (received + i) + " is no source's: " + this);
            }
            possible = next;
        }
        received += length;
    }

    private void addThoseAfter(List<Long> counts, byte b, Set<List<Long>> next) {
        for (int i = 0; i < counts.size(); i++) {
            long count = counts.get(i);
            Flow flow = sources.get(i).in;
            if (count < flow.written && flow.at(count) == b) {
                List<Long> after = new ArrayList<>(counts);
                after.set(i, count + 1);
                next.add(after);
            }
        }
    }

    @Override
    boolean isAnyMissing() {
        return possible.stream().noneMatch(this::isComplete);
    }

    private boolean isComplete(List<Long> counts) {
        for (int i = 0; i < counts.size(); i++) {
            ChannelEnd source = sources.get(i);
            if (!source.mayHaveLost() && counts.get(i) < source.in.acknowledged) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return sources.stream().map(s -> s.in).toList() + " of which may have come " + possible;
    }
}
