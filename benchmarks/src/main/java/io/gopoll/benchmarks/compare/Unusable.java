package io.gopoll.benchmarks.compare;

/** Why something cannot be measured here, in words for whoever asked: no stack trace helps. */
public final class Unusable extends Exception {

    private static final long serialVersionUID = 1;

    Unusable(String message) {
        super(message);
    }
}
