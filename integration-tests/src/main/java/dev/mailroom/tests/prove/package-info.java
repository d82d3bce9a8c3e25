/**
 * The frame of the proofs that {@code ./mailroom prove} runs: each one is a {@link
 * dev.mailroom.tests.prove.Proof} in a package of its own, and all stand on the real parts of
 * {@code dev.mailroom.tests.town}.
 */
@NullMarked
package dev.mailroom.tests.prove;

import org.jspecify.annotations.NullMarked;
