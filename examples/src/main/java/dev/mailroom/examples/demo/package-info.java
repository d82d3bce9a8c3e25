/**
 * {@code ./mailroom demo}: the shop at work on an embedded database and a broker in this JVM, its
 * relay and its consumers in processes of their own, faults on purpose, and an audit at the end.
 */
@NullMarked
package dev.mailroom.examples.demo;

import org.jspecify.annotations.NullMarked;
