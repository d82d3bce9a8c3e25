/** Consumers die and stand still, while messages come, some of them twice. */
@NullMarked
package dev.mailroom.tests.inbox;

import org.jspecify.annotations.NullMarked;
