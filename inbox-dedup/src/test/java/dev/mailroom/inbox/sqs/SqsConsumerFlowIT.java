package dev.mailroom.inbox.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mailroom.inbox.InboxListener;
import dev.mailroom.outbox.WireFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/** How many messages come in, and what every handler runs inside of. */
class SqsConsumerFlowIT {

  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  private static final ThreadLocal<String> CURRENT = new ThreadLocal<>();

  private final Stage stage = new Stage("");

  @AfterEach
  void stop() {
    stage.close();
  }

  @Test
  void aFullConsumerLeavesTheRestInTheQueue() {
    List<String> said = IntStream.range(0, 30).mapToObj(i -> "m" + i).toList();
    said.forEach(stage::send);
    AtomicInteger most = new AtomicInteger();
    CountDownLatch ending = new CountDownLatch(1);
    stage.start(
        stage
            .consumer()
            .concurrency(2)
            .prefetch(3)
            .listener(
                new InboxListener() {
                  @Override
                  public void holds(String source, int running, int waiting) {
                    most.accumulateAndGet(running + waiting, Math::max);
                  }
                })
            .onAny(
                (message, context) -> {
                  ending.await();
                  Stage.record(message, context);
                }));
    await().atMost(Stage.PATIENCE).until(() -> stage.hidden() == 5);
    assertThat(stage.visible()).isEqualTo(25);
    ending.countDown();
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).containsExactlyInAnyOrderElementsOf(said);
    assertThat(most).hasValue(5);
  }

  @Test
  void everyHandlerRunsInTheTraceOfItsMessage() {
    ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
    SqsConsumer.Handler look =
        (message, context) -> seen.add(message.payload() + " in " + CURRENT.get());
    stage.start(stage.consumer().around(SqsConsumerFlowIT::traced).on("Said", look).onAny(look));
    Map<String, MessageAttributeValue> traced = Map.of(WireFormat.TRACEPARENT, text(TRACE));
    Stage.AWS
        .sqs()
        .sendMessage(r -> r.queueUrl(stage.url).messageBody("any").messageAttributes(traced));
    stage.send("said");
    stage.awaitEmptyQueue();
    assertThat(seen).containsExactlyInAnyOrder("any in " + TRACE, "said in none");
  }

  private static SqsConsumer.Handler traced(SqsConsumer.Handler handler) {
    return (message, context) -> {
      CURRENT.set(message.headers().text(WireFormat.TRACEPARENT).orElse("none"));
      try {
        handler.handle(message, context);
      } finally {
        CURRENT.remove();
      }
    };
  }

  private static MessageAttributeValue text(String value) {
    return MessageAttributeValue.builder().dataType("String").stringValue(value).build();
  }
}
