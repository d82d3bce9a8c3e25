/**
 * The consumer of Amazon SQS: {@link dev.mailroom.inbox.sqs.SqsConsumer} receives, runs handlers in
 * the inbox's transaction, and deletes what has committed.
 *
 * <p>Inside, {@code GroupQueue} decides what may run next and what goes back, without threads or
 * SQS; {@code Dispatcher} puts it on threads; {@code Receiver} fills it; {@code Worker} runs one
 * message; {@code Settlement} deletes or returns it; {@code Heartbeat} keeps what is held.
 */
@NullMarked
package dev.mailroom.inbox.sqs;

import org.jspecify.annotations.NullMarked;
