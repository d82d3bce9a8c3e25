package dev.mailroom.inbox.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.InboxListener.Finding.Kind;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** What a consumer says of its queue when it starts. */
class StartupIT {

  private final Stage stage = new Stage("");

  @AfterEach
  void stop() {
    stage.close();
  }

  private void redrive(int receives, int retentionSeconds) {
    Stage.AWS.createQueue(
        stage.name + "-dead",
        Map.of(QueueAttributeName.MESSAGE_RETENTION_PERIOD, String.valueOf(retentionSeconds)));
    Stage.AWS
        .sqs()
        .setQueueAttributes(
            request ->
                request
                    .queueUrl(stage.url)
                    .attributes(
                        Map.of(
                            QueueAttributeName.REDRIVE_POLICY,
                            "{\"deadLetterTargetArn\":\""
                                + Stage.AWS.queueArn(stage.name + "-dead")
                                + "\",\"maxReceiveCount\":"
                                + receives
                                + "}")));
  }

  private void awaitFinding(Kind kind, String advice) {
    await()
        .atMost(Stage.PATIENCE)
        .until(() -> stage.heard.findings.stream().anyMatch(each -> each.kind() == kind));
    assertThat(stage.heard.findings)
        .filteredOn(each -> each.kind() == kind)
        .singleElement()
        .satisfies(each -> assertThat(each.advice()).contains(advice))
        .satisfies(each -> assertThat(each.source()).startsWith("stage"));
  }

  @Test
  void aQueueWithoutRedrivePolicy() {
    stage.start(stage.consumer().onAny(Stage::record));
    awaitFinding(Kind.NO_DEAD_LETTERS, "deadLetters(…)");
  }

  @Test
  void aRedrivePolicyThatEndsTooEarlyAndADeadLetterQueueThatForgetsTooEarly() {
    redrive(2, 345_600);
    stage.start(stage.consumer().onAny(Stage::record));
    awaitFinding(Kind.FEW_RECEIVES, "raise maxReceiveCount to 3");
    awaitFinding(Kind.SHORT_DEAD_LETTER_RETENTION, "14 days");
    assertThat(stage.heard.findings)
        .extracting(each -> each.kind())
        .doesNotContain(Kind.NO_DEAD_LETTERS, Kind.SHORT_INBOX_RETENTION);
  }

  @Test
  void anInboxThatForgetsWhatItsQueuesStillDeliver() {
    redrive(10, 1_209_600);
    Inbox forgetful =
        Inbox.builder(stage.database.pool(2), "stage").retention(Duration.ofDays(18)).build();
    stage.start(
        SqsConsumer.builder(Stage.AWS.sqsAsync(), forgetful)
            .queue(stage.name)
            .waitTime(Duration.ofSeconds(1))
            .listener(stage.heard)
            .onAny(Stage::record));
    awaitFinding(Kind.SHORT_INBOX_RETENTION, "raise Inbox.Builder.retention to PT456H");
    assertThatThrownBy(() -> forgetful.cleaner().clean()).hasMessageStartingWith("not cleaned");
  }

  @Test
  void attributesThatCannotBeReadAreToldAndNothingElse() {
    redrive(10, 1_209_600);
    Stage.AWS.sqs().deleteQueue(request -> request.queueUrl(stage.url + "-dead"));
    stage.send("said");
    stage.start(stage.consumer().onAny(Stage::record));
    awaitFinding(Kind.NOT_CHECKED, "allow sqs:GetQueueAttributes");
    stage.awaitEmptyQueue();
    assertThat(stage.heard.findings).hasSize(1);
  }

  @Test
  void theQueuesRedrivePolicyGoesBeforeTheTable() {
    redrive(3, 1_209_600);
    stage.send("poison");
    stage.start(
        stage
            .consumer()
            .deadLetters(
                1,
                (message, error) -> {
                  throw new AssertionError("left to SQS");
                })
            .onAny(
                (message, context) -> {
                  throw new IllegalStateException("always");
                }));
    String dead = stage.url + "-dead";
    await()
        .atMost(Stage.PATIENCE)
        .until(
            () ->
                Stage.AWS
                    .sqs()
                    .getQueueAttributes(
                        r ->
                            r.queueUrl(dead)
                                .attributeNames(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES))
                    .attributes()
                    .containsValue("1"));
    assertThat(stage.heard.failures).hasSize(3);
    assertThat(stage.heard.deadLetters).isEmpty();
  }

  @Test
  void handlersThatMayOutlastTheVisibilityTimeout() {
    stage.start(stage.consumer().heartbeat(Duration.ZERO).onAny(Stage::record));
    awaitFinding(Kind.SHORT_VISIBILITY, "raise visibility");
  }

  @Test
  void envelopesAreToldOfOnce() {
    String topic = Stage.AWS.createTopic(stage.name);
    Stage.AWS.subscribe(topic, stage.name, false);
    Stage.AWS.sns().publish(request -> request.topicArn(topic).message("one"));
    Stage.AWS.sns().publish(request -> request.topicArn(topic).message("two"));
    stage.start(stage.consumer().onAny(Stage::record));
    stage.awaitEmptyQueue();
    awaitFinding(Kind.SNS_ENVELOPE, "RawMessageDelivery");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-missing", "-missing.fifo"})
  void aMissingQueueIsMadeOnlyIfAsked(String suffix) {
    String missing = stage.name + suffix;
    stage.start(stage.consumer().queue(missing).onAny(Stage::record));
    awaitFinding(Kind.NO_QUEUE, "create it");
    stage.start(stage.consumer().queue(missing).createIfMissing().onAny(Stage::record));
    await()
        .atMost(Stage.PATIENCE)
        .until(
            () ->
                Stage.AWS.sqs().listQueues().queueUrls().stream()
                    .anyMatch(url -> url.endsWith(missing)));
  }
}
