/**
 * The real parts that proofs are made of: a database, SQS and SNS in a process of their own, relays
 * in theirs, writers, receivers, and the audit of what was written and what arrived.
 */
@NullMarked
package dev.mailroom.tests.town;

import org.jspecify.annotations.NullMarked;
