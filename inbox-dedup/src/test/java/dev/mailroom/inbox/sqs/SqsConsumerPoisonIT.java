package dev.mailroom.inbox.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** A message that always fails at the head of a group of a FIFO queue, and those behind it. */
class SqsConsumerPoisonIT {

  private static final List<String> BEHIND = List.of("m1", "m2", "m3", "m4", "m5");

  private final Stage stage = new Stage(".fifo");
  private final ConcurrentLinkedQueue<String> stored = new ConcurrentLinkedQueue<>();
  private final Set<String> failed = ConcurrentHashMap.newKeySet();

  @BeforeEach
  void send() {
    stage.sendOrdered("g", "poison");
    BEHIND.forEach(each -> stage.sendOrdered("g", each));
  }

  @AfterEach
  void stop() {
    stage.close();
  }

  /** Each delivery of it is one of theirs as well. */
  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void aRedrivePolicyMovesItAlone(int batch) {
    String dead = Stage.AWS.createQueue("dead-" + stage.name);
    redriveTo("dead-" + stage.name, 3);
    stage.start(
        stage
            .consumer()
            .batch(batch)
            .on(
                "Said",
                (message, context) -> {
                  if (message.payload().equals("poison")) {
                    throw new IllegalStateException("always");
                  }
                  Stage.record(message, context);
                }));
    stage.awaitEffects(BEHIND.size());
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).containsExactlyElementsOf(BEHIND);
    assertThat(stage.heard.failures).hasSize(3);
    assertThat(stage.visibleIn(dead)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void soItIsWithOneThatAlwaysTakesTooLong(int batch) {
    String dead = Stage.AWS.createQueue("dead-" + stage.name);
    redriveTo("dead-" + stage.name, 2);
    stage.start(
        stage
            .consumer()
            .batch(batch)
            .maxProcessing(Duration.ofSeconds(2))
            .on(
                "Said",
                (message, context) -> {
                  if (message.payload().equals("poison")) {
                    new CountDownLatch(1).await();
                  }
                  Stage.record(message, context);
                }));
    stage.awaitEffects(BEHIND.size());
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).containsExactlyElementsOf(BEHIND);
    assertThat(stage.visibleIn(dead)).isEqualTo(1);
  }

  private void redriveTo(String dead, int receives) {
    String policy =
        "{\"deadLetterTargetArn\":\"%s\",\"maxReceiveCount\":%d}"
            .formatted(Stage.AWS.queueArn(dead), receives);
    Stage.AWS
        .sqs()
        .setQueueAttributes(
            request ->
                request
                    .queueUrl(stage.url)
                    .attributes(Map.of(QueueAttributeName.REDRIVE_POLICY, policy)));
  }

  /** The failure of another is its first, however often it was delivered. */
  @Test
  void theTableCountsFailuresOfItsOwn() {
    stage.start(
        stage
            .consumer()
            .deadLetters(3, (message, error) -> stored.add(message.payload()))
            .on(
                "Said",
                (message, context) -> {
                  if (message.payload().equals("poison") || failed.add(message.payload())) {
                    throw new IllegalStateException("always, or the first time");
                  }
                  Stage.record(message, context);
                }));
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).containsExactlyElementsOf(BEHIND);
    assertThat(stored).containsExactly("poison");
  }

  /** Those behind it were delivered as often, for its sake. */
  @Test
  void whatWasDeliveredFarTooOftenIsStoredUntriedIfItCameFirst() {
    for (int delivery = 1; delivery <= 5; delivery++) {
      receiveInVain();
    }
    stage.start(
        stage
            .consumer()
            .deadLetters(1, (message, error) -> stored.add(error.getMessage()))
            .on("Said", Stage::record));
    stage.awaitEmptyQueue();
    assertThat(stored).singleElement().asString().contains("6 times");
    assertThat(stage.effects()).containsExactlyElementsOf(BEHIND);
  }

  /** It comes first in the round after its failure, delivered far too often. */
  @Test
  void whatThisProcessHasSeenFailIsTriedAgain() {
    for (int delivery = 1; delivery <= 10; delivery++) {
      receiveInVain();
    }
    stage.start(
        stage
            .consumer()
            .deadLetters(2, (message, error) -> stored.add(message.payload()))
            .on(
                "Said",
                (message, context) -> {
                  if (message.payload().equals("m2") && failed.add("m2")) {
                    throw new IllegalStateException("the first time");
                  }
                  Stage.record(message, context);
                }));
    stage.awaitEmptyQueue();
    assertThat(stored).containsExactly("poison");
    assertThat(stage.effects()).containsExactlyElementsOf(BEHIND);
  }

  private void receiveInVain() {
    Stage.AWS
        .sqs()
        .receiveMessage(r -> r.queueUrl(stage.url).maxNumberOfMessages(10))
        .messages()
        .forEach(
            each ->
                Stage.AWS
                    .sqs()
                    .changeMessageVisibility(
                        r ->
                            r.queueUrl(stage.url)
                                .receiptHandle(each.receiptHandle())
                                .visibilityTimeout(0)));
  }
}
