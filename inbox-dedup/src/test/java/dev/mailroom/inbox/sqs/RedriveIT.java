package dev.mailroom.inbox.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mailroom.inbox.Inbox.Outcome;
import dev.mailroom.inbox.InboxDeadLetters;
import dev.mailroom.inbox.ReceivedMessage;
import dev.mailroom.outbox.JacksonCodec;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** Messages that always failed, and take effect once their handler is mended. */
class RedriveIT {

  private final Stage stage = new Stage("");
  private final InboxDeadLetters letters = stage.inbox.deadLetters();
  private final AtomicBoolean mended = new AtomicBoolean();
  private final String id = UUID.randomUUID().toString();

  @AfterEach
  void stop() {
    stage.close();
  }

  record Said(String word) {}

  private SqsConsumer.Builder consumer() {
    return stage
        .consumer()
        .codec(JacksonCodec.create())
        .on(
            "Said",
            Said.class,
            (said, context) -> {
              Stage.record(context.message(), context);
              if (!mended.get()) {
                throw new IllegalStateException("not mended");
              }
            });
  }

  @Test
  void fromTheTable() throws Exception {
    stage.send(id, "{\"word\": \"hello\"}");
    SqsConsumer consumer = stage.start(consumer().deadLetters(2, letters::store));
    await().atMost(Stage.PATIENCE).until(() -> letters.find(id).isPresent());
    stage.awaitEmptyQueue();
    assertThatThrownBy(() -> letters.redrive(id, consumer.handler())).hasMessage("not mended");
    assertThat(letters.find(id)).isPresent();
    assertThat(stage.effects()).isEmpty();

    mended.set(true);
    assertThat(letters.redrive(id, consumer.handler())).contains(Outcome.PROCESSED);
    assertThat(letters.find(id)).isEmpty();
    assertThat(stage.effects()).containsExactly("{\"word\": \"hello\"}");

    stage.send(id, "{\"word\": \"hello\"}");
    stage.awaitEmptyQueue();
    assertThat(stage.heard.duplicates).hasValue(1);
    assertThat(stage.effects()).hasSize(1);
  }

  @Test
  void ofATypeThatNobodyHandledThen() throws Exception {
    stage.send(id, "said");
    SqsConsumer.Builder builder = stage.consumer().on("Other", Stage::record);
    stage.start(builder.deadLetters(10, letters::store).unknownTypes(UnknownTypes.DEAD_LETTER));
    await().atMost(Stage.PATIENCE).until(() -> letters.find(id).isPresent());
    ReceivedMessage dead = letters.find(id).orElseThrow().message();
    assertThat(dead.type()).contains("Said");
    SqsConsumer newer = stage.consumer().on("Said", Stage::record).build();
    assertThat(letters.redrive(id, newer.handler())).contains(Outcome.PROCESSED);
    assertThat(stage.effects()).containsExactly("said");
  }

  @Test
  void fromTheDeadLetterQueueWithTheToolOfSqs() {
    String dead = Stage.AWS.createQueue(stage.name + "-dead");
    String deadArn = Stage.AWS.queueArn(stage.name + "-dead");
    String policy = "{\"deadLetterTargetArn\":\"" + deadArn + "\",\"maxReceiveCount\":2}";
    Stage.AWS
        .sqs()
        .setQueueAttributes(
            request ->
                request
                    .queueUrl(stage.url)
                    .attributes(Map.of(QueueAttributeName.REDRIVE_POLICY, policy)));
    stage.send(id, "{\"word\": \"hello\"}");
    stage.start(consumer());
    await().atMost(Stage.PATIENCE).until(() -> stage.visibleIn(dead) == 1);
    mended.set(true);
    Stage.AWS
        .sqs()
        .startMessageMoveTask(
            request -> request.sourceArn(deadArn).destinationArn(Stage.AWS.queueArn(stage.name)));
    stage.awaitEffects(1);
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).containsExactly("{\"word\": \"hello\"}");
    assertThat(stage.database.texts("SELECT message_id FROM inbox_message")).containsExactly(id);
  }
}
