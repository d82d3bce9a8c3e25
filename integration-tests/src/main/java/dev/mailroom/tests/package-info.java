/** Proofs of promises on real parts, which {@code ./mailroom prove} runs. */
@NullMarked
package dev.mailroom.tests;

import org.jspecify.annotations.NullMarked;
