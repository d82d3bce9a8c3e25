/** Transactions that stay open elsewhere do not slow the relay. */
@NullMarked
package dev.mailroom.tests.longtransaction;

import org.jspecify.annotations.NullMarked;
