package dev.mailroom.inbox.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mailroom.inbox.InboxListener.Finding.Kind;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.SqsException;

/** What a consumer asks of which client, and what it does until the answer is there. */
class ClientsIT {

  private final Stage stage = new Stage("");

  @AfterEach
  void stop() {
    stage.close();
  }

  /** Its client is a wrapper, which makes each call when {@code before} says. */
  private SqsConsumer.Builder wrapped(Function<String, CompletableFuture<Void>> before) {
    SqsAsyncClient wrapper =
        (SqsAsyncClient)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {SqsAsyncClient.class},
                (proxy, method, arguments) -> {
                  CompletableFuture<Void> ready = before.apply(method.getName());
                  return CompletableFuture.class.equals(method.getReturnType())
                      ? ready.thenCompose(none -> called(method, arguments))
                      : method.invoke(Stage.AWS.sqsAsync(), arguments);
                });
    return SqsConsumer.builder(wrapper, stage.inbox)
        .queue(stage.name)
        .waitTime(Duration.ofSeconds(1))
        .backoff(Duration.ofSeconds(1), Duration.ofSeconds(1))
        .listener(stage.heard)
        .onAny(Stage::record);
  }

  private static CompletableFuture<?> called(Method method, Object... arguments) {
    try {
      return (CompletableFuture<?>) method.invoke(Stage.AWS.sqsAsync(), arguments);
    } catch (ReflectiveOperationException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Says which calls were made. */
  private static Function<String, CompletableFuture<Void>> noting(Set<String> calls) {
    return call -> {
      calls.add(call);
      return CompletableFuture.completedFuture(null);
    };
  }

  @Test
  void nothingIsADeadLetterBeforeItIsKnownThatTheQueueHasNoRedrivePolicy() {
    CompletableFuture<Void> known = new CompletableFuture<>();
    stage.send("poison");
    stage.start(
        wrapped(
                call ->
                    call.equals("getQueueAttributes")
                        ? known
                        : CompletableFuture.completedFuture(null))
            .deadLetters(1, (message, error) -> {})
            .on(
                "Said",
                (message, context) -> {
                  throw new IllegalStateException("always");
                }));
    await().atMost(Stage.PATIENCE).until(() -> stage.heard.failures.size() > 1);
    assertThat(stage.heard.deadLetters).isEmpty();
    known.complete(null);
    stage.awaitEmptyQueue();
    assertThat(stage.heard.deadLetters).hasSize(1);
  }

  @Test
  void whereAttributesAreForbiddenDeadLettersGoToTheTable() {
    stage.send("poison");
    stage.start(
        wrapped(
                call ->
                    call.equals("getQueueAttributes")
                        ? CompletableFuture.failedFuture(
                            SqsException.builder().statusCode(403).message("forbidden").build())
                        : CompletableFuture.completedFuture(null))
            .deadLetters(1, (message, error) -> {})
            .on(
                "Said",
                (message, context) -> {
                  throw new IllegalStateException("always");
                }));
    stage.awaitEmptyQueue();
    assertThat(stage.heard.deadLetters).hasSize(1);
    assertThat(stage.heard.findings).extracting(each -> each.kind()).contains(Kind.NOT_CHECKED);
  }

  @Test
  void attributesThatCouldNotBeReadAreAskedForAgain() {
    AtomicInteger asked = new AtomicInteger();
    stage.send("poison");
    stage.start(
        wrapped(
                call ->
                    call.equals("getQueueAttributes") && asked.incrementAndGet() < 3
                        ? CompletableFuture.failedFuture(new IllegalStateException("away"))
                        : CompletableFuture.completedFuture(null))
            .deadLetters(1, (message, error) -> {})
            .on(
                "Said",
                (message, context) -> {
                  throw new IllegalStateException("always");
                }));
    stage.awaitEmptyQueue();
    assertThat(asked).hasValue(3);
    assertThat(stage.heard.deadLetters).hasSize(1);
    assertThat(stage.heard.findings)
        .extracting(each -> each.kind())
        .doesNotContain(Kind.NOT_CHECKED);
  }

  @Test
  void longPollsHaveAClientOfTheirOwn() {
    Set<String> calls = ConcurrentHashMap.newKeySet();
    stage.send("said");
    stage.start(wrapped(noting(calls)));
    stage.awaitEmptyQueue();
    assertThat(calls).contains("deleteMessageBatch").doesNotContain("receiveMessage");
    assertThat(stage.heard.findings)
        .extracting(each -> each.kind())
        .doesNotContain(Kind.SHARED_CLIENT);
  }

  /** The first call for ten of them has no answer; they alone go without. */
  @Test
  void aCallWithoutAnAnswerKeepsNoOthersFromBeingExtended() {
    AtomicInteger calls = new AtomicInteger();
    CountDownLatch ending = new CountDownLatch(1);
    for (int i = 0; i < 20; i++) {
      stage.send("m" + i);
    }
    stage.start(
        wrapped(
                call ->
                    call.equals("changeMessageVisibilityBatch") && calls.incrementAndGet() == 1
                        ? new CompletableFuture<>()
                        : CompletableFuture.completedFuture(null))
            .visibility(Duration.ofSeconds(6))
            .heartbeat(Duration.ofMillis(300))
            .concurrency(20)
            .on("Other", (message, context) -> {})
            .around(
                handler ->
                    (message, context) -> {
                      ending.await();
                      handler.handle(message, context);
                    }));
    await().atMost(Stage.PATIENCE).until(() -> stage.heard.extended.get() >= 30);
    ending.countDown();
    stage.awaitEmptyQueue();
    assertThat(stage.effects()).hasSize(20);
  }

  /** As wrappers of clients are that know the calls alone. */
  @Test
  void aClientThatCannotBeCopiedIsSharedAndThatIsTold() {
    Set<String> calls = ConcurrentHashMap.newKeySet();
    stage.send("said");
    stage.start(
        wrapped(
            call -> {
              if (call.equals("serviceClientConfiguration")) {
                throw new UnsupportedOperationException("not told");
              }
              return noting(calls).apply(call);
            }));
    stage.awaitEmptyQueue();
    assertThat(stage.heard.findings)
        .filteredOn(each -> each.kind() == Kind.SHARED_CLIENT)
        .singleElement()
        .satisfies(each -> assertThat(each.advice()).contains("receiveClient(…)"));
    assertThat(calls).contains("deleteMessageBatch", "receiveMessage");
  }
}
