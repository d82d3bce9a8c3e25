/** A standby takes the primary's place under load. */
@NullMarked
package dev.mailroom.tests.failover;

import org.jspecify.annotations.NullMarked;
