/**
 * Where a proof needs to see the relay and the database alone: relays in processes of their own
 * that send into a sink in their own JVM, writers at a steady rate, and the audit of both in
 * memory.
 */
@NullMarked
package dev.mailroom.tests.sink;

import org.jspecify.annotations.NullMarked;
