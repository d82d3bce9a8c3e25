/** The smallest whole way from a transaction to an effect; the README shows it. */
@NullMarked
package dev.mailroom.examples.quickstart;

import org.jspecify.annotations.NullMarked;
