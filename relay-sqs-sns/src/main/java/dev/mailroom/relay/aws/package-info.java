/**
 * The relay's way to Amazon SNS and SQS. {@link dev.mailroom.relay.aws.AwsTransport} is what users
 * build, from clients of their own or from {@link dev.mailroom.relay.aws.AwsClients}, and with a
 * {@link dev.mailroom.relay.aws.Route} for each destination that has a logical name.
 *
 * <p>Inside, a destination is an {@code Endpoint}: a {@code Sender} for its kind and what is known
 * of its address and bounds. A batch is one {@code Sending}, which turns every outcome into one
 * result an entry; {@code Faults} says what an error means. {@code ResilientGate} decides when a
 * failing destination is tried again.
 */
@NullMarked
package dev.mailroom.relay.aws;

import org.jspecify.annotations.NullMarked;
