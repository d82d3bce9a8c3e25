/**
 * A shop, to copy from. {@link dev.mailroom.examples.orders.OrderService} takes orders and
 * announces each change in the transaction that makes it; {@link
 * dev.mailroom.examples.orders.Billing}, {@link dev.mailroom.examples.orders.Shipping} and {@link
 * dev.mailroom.examples.orders.Analytics} act on them, each once; {@link
 * dev.mailroom.examples.orders.OrderDesk} hears what they did. {@link
 * dev.mailroom.examples.orders.RelayProcess} moves all messages to SNS and SQS, and {@link
 * dev.mailroom.examples.orders.ConsumerProcess} brings them back.
 */
@NullMarked
package dev.mailroom.examples.orders;

import org.jspecify.annotations.NullMarked;
