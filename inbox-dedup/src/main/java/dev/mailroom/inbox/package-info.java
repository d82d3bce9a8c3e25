/**
 * The inbox: a message that is delivered more than once takes effect once. {@link
 * dev.mailroom.inbox.Inbox} runs a handler in the transaction that records the message as
 * processed; {@link dev.mailroom.inbox.InboxSchema} makes its table; {@link
 * dev.mailroom.inbox.ReceivedMessage} is what a handler gets, whatever loop received it. {@code
 * dev.mailroom.inbox.sqs} has such a loop for Amazon SQS.
 */
@NullMarked
package dev.mailroom.inbox;

import org.jspecify.annotations.NullMarked;
