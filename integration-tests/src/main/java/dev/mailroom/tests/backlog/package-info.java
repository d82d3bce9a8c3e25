/** A large backlog, and a relay with little memory. */
@NullMarked
package dev.mailroom.tests.backlog;

import org.jspecify.annotations.NullMarked;
