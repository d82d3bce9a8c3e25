package dev.mailroom.inbox.sqs;

import dev.mailroom.inbox.InboxCleaner;
import dev.mailroom.inbox.InboxListener.Finding.Kind;
import dev.mailroom.outbox.MailroomException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * Looks at the queue when it was found, for settings that will hurt. Finds and tells; it fails
 * nothing, and changes nothing but that an inbox which would forget too soon is not cleaned.
 */
record Inspection(
    SqsQueue queue,
    Settings settings,
    Poison poison,
    boolean deadLetters,
    InboxCleaner cleaner,
    Findings findings) {

  /** Receives that are nobody's fault: crashes, and on FIFO those behind a failure. */
  private static final int FEW = 3;

  private static final int FEW_ON_FIFO = 10;

  static Inspection of(
      SqsConsumer.Builder builder,
      SqsQueue queue,
      Settings settings,
      Poison poison,
      Findings findings) {
    boolean deadLetters = builder.deadLetters != null;
    InboxCleaner cleaner = builder.inbox.cleaner();
    return new Inspection(queue, settings, poison, deadLetters, cleaner, findings);
  }

  /**
   * Asks, and goes on when the answers come.
   *
   * @return whether the queue has answered, be it that it may not be asked; else try again
   */
  CompletableFuture<Boolean> begin() {
    judgeSettings();
    return queue.attributes().thenCompose(this::judge).exceptionally(this::notRead);
  }

  /** Where nobody may ask, it counts as a queue without a redrive policy. */
  private boolean notRead(Throwable failure) {
    boolean forbidden = Failures.isForbidden(failure);
    if (forbidden) {
      poison.takeOver();
      findings.tell(
          Kind.NOT_CHECKED,
          "its attributes cannot be read, so its redrive policy and retention were not"
              + " checked; allow sqs:GetQueueAttributes ("
              + Failures.root(failure).getMessage()
              + ")");
    }
    return forbidden;
  }

  private void judgeSettings() {
    if (!settings.beats() && settings.maxProcessing().compareTo(settings.visibility()) > 0) {
      findings.tell(
          Kind.SHORT_VISIBILITY,
          "handlers may take "
              + settings.maxProcessing()
              + " (maxProcessing), but a message is hidden for "
              + settings.visibility()
              + " and no heartbeat extends that, so slow ones are delivered twice; raise"
              + " visibility, lower maxProcessing or set a heartbeat");
    }
  }

  private CompletableFuture<Boolean> judge(Map<QueueAttributeName, String> attributes) {
    Optional<RedrivePolicy> policy =
        RedrivePolicy.parse(attributes.get(QueueAttributeName.REDRIVE_POLICY));
    Duration retention = retention(attributes);
    if (policy.isEmpty()) {
      poison.takeOver();
      judgeWithoutPolicy();
      judgeInbox(retention, Duration.ZERO);
      return CompletableFuture.completedFuture(true);
    }
    poison.leaveTo(policy.get());
    judgeReceives(policy.get());
    String deadLetterArn = policy.get().deadLetterArn();
    return queue
        .attributesOf(deadLetterArn)
        .handle(
            (attributesThere, failure) -> {
              if (failure == null) {
                judgeRetention(retention, retention(attributesThere));
              } else {
                deadLettersNotRead(deadLetterArn, failure);
                judgeInbox(retention, Duration.ZERO);
              }
              return true;
            });
  }

  private void deadLettersNotRead(String arn, Throwable failure) {
    findings.tell(
        Kind.NOT_CHECKED,
        "the attributes of its dead-letter queue "
            + arn
            + " cannot be read, so that one's retention was not checked; see that it exists and"
            + " allow sqs:GetQueueAttributes there ("
            + Failures.root(failure).getMessage()
            + ")");
  }

  private void judgeWithoutPolicy() {
    if (!deadLetters) {
      findings.tell(
          Kind.NO_DEAD_LETTERS,
          "it has no redrive policy, so a message that always fails comes again until it expires;"
              + " give it a dead-letter queue, or the consumer a table with deadLetters(…)");
    }
  }

  private void judgeReceives(RedrivePolicy policy) {
    int few = queue.fifo() ? FEW_ON_FIFO : FEW;
    if (policy.maxReceives() < few) {
      findings.tell(
          Kind.FEW_RECEIVES,
          "its redrive policy allows "
              + policy.maxReceives()
              + " receives, and crashes"
              + (queue.fifo() ? " and failures of earlier messages of a group" : "")
              + " use them up, too; raise maxReceiveCount to "
              + few
              + " or more");
    }
  }

  /** In a FIFO queue a message that moves is young again (SQS Developer Guide). */
  private void judgeRetention(Duration here, Duration deadLetterQueue) {
    if (!queue.fifo() && deadLetterQueue.compareTo(here) <= 0) {
      findings.tell(
          Kind.SHORT_DEAD_LETTER_RETENTION,
          "it keeps messages for "
              + here
              + " and its dead-letter queue for "
              + deadLetterQueue
              + ", counted from when they were sent, so dead letters can expire unseen; set"
              + " MessageRetentionPeriod of the dead-letter queue higher, best to 14 days");
    }
    judgeInbox(here, deadLetterQueue);
  }

  private void judgeInbox(Duration here, Duration deadLetterQueue) {
    try {
      cleaner.requireRetention(here, deadLetterQueue);
    } catch (MailroomException refused) {
      findings.tell(Kind.SHORT_INBOX_RETENTION, String.valueOf(refused.getMessage()));
    }
  }

  private static Duration retention(Map<QueueAttributeName, String> attributes) {
    String seconds = attributes.get(QueueAttributeName.MESSAGE_RETENTION_PERIOD);
    return Duration.ofSeconds(seconds == null ? 0 : Long.parseLong(seconds));
  }
}
