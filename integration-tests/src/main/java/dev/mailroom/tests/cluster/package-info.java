/** Relays that come, go and die under load, and share the work. */
@NullMarked
package dev.mailroom.tests.cluster;

import org.jspecify.annotations.NullMarked;
