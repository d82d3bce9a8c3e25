package dev.mailroom.inbox.sqs;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mailroom.inbox.Inbox;
import java.time.Duration;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;

class SettingsTest {

  private static final SqsAsyncClient CLIENT =
      SqsAsyncClient.builder()
          .region(Region.US_EAST_1)
          .credentialsProvider(AnonymousCredentialsProvider.create())
          .build();

  @AfterAll
  static void close() {
    CLIENT.close();
  }

  private static void refused(String message, UnaryOperator<SqsConsumer.Builder> setting) {
    SqsConsumer.Builder builder =
        SqsConsumer.builder(CLIENT, Inbox.of(new PGSimpleDataSource(), "c"))
            .queue("q")
            .on("T", (m, c) -> {});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> setting.apply(builder).build())
        .withMessageContaining(message);
  }

  @Test
  void whatIsOutOfBoundsIsRefusedWithSettingValueAndBound() {
    refused("concurrency must be 1 to 1000, but is 0", b -> b.concurrency(0));
    refused("prefetch must be 0 to 10000, but is -1", b -> b.prefetch(-1));
    refused("waitTime must be PT0S to PT20S, but is PT21S", b -> b.waitTime(ofSeconds(21)));
    refused("waitTime must be whole seconds", b -> b.waitTime(ofMillis(1500)));
    refused("visibility must be PT1S to PT12H, but is PT13H", b -> b.visibility(ofHours(13)));
    refused("heartbeat must be PT0.1S to PT15S, but is PT16S", b -> b.heartbeat(ofSeconds(16)));
    refused(
        "backoff cap must be PT2S to PT12H, but is PT1S",
        b -> b.backoff(ofSeconds(2), ofSeconds(1)));
    refused("shutdown", b -> b.shutdown(ofSeconds(-1)));
    refused("batch must be 1 to 10, but is 11", b -> b.batch(11));
    refused("maxProcessing must be PT0.001S", b -> b.maxProcessing(ofSeconds(0)));
    refused("codec is missing", b -> b.on("U", String.class, (u, c) -> {}));
    refused("DEAD_LETTER needs a place", b -> b.unknownTypes(UnknownTypes.DEAD_LETTER));
    refused(
        "createIfMissing needs the queue's name",
        b -> b.queue("https://host/1/q").createIfMissing());
    refused("type 'T' has a handler already", b -> b.on("T", (m, c) -> {}));
    refused("createIfMissing needs", b -> b.queue("arn:aws:sqs:r:1:q").createIfMissing());
    refused("queue must be a name of 1 to 80", b -> b.queue("no spaces"));
  }

  @Test
  void asksForFewMessagesOnlyWhileAHandlerIsIdle() {
    Settings settings = settings(4, 10);
    assertThat(settings.room(0)).isEqualTo(14);
    assertThat(settings.room(3)).isEqualTo(11);
    assertThat(settings.room(4)).isEqualTo(10);
    assertThat(settings.room(5)).isZero();
    assertThat(settings.room(14)).isZero();
    assertThat(settings(4, 0).room(3)).isEqualTo(1);
    assertThat(settings(4, 0).room(4)).isZero();
    Settings batches = settings(2, 0, 10, new Backoff(ofSeconds(1), ofSeconds(1)));
    assertThat(batches.room(19)).isEqualTo(1);
    assertThat(batches.room(20)).isZero();
  }

  private static Settings settings(int concurrency, int prefetch) {
    Backoff backoff = new Backoff(ofSeconds(1), ofMinutes(15));
    return settings(concurrency, prefetch, 1, backoff);
  }

  static Settings settings(int concurrency, int prefetch, int batch, Backoff backoff) {
    return new Settings(
            "orders",
            concurrency,
            prefetch,
            batch,
            ofSeconds(20),
            ofSeconds(30),
            ofSeconds(10),
            ofMinutes(15),
            backoff,
            Duration.ZERO,
            false)
        .checked();
  }

  @Test
  void backoffDoublesUpToItsCapWithFullJitter() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Backoff backoff = new Backoff(ofSeconds(1), ofMinutes(15));
    long[] longest = new long[30];
    for (int i = 0; i < 3_000; i++) {
      int attempt = i % 30;
      long millis = backoff.delay(attempt + 1, random).toMillis();
      assertThat(millis)
          .as("attempt %d with seed %d", attempt + 1, seed)
          .isBetween(0L, Math.min(900_000L, 1000L << attempt));
      longest[attempt] = Math.max(longest[attempt], millis);
    }
    assertThat(longest[29]).as("seed %d", seed).isGreaterThan(450_000);
    assertThat(backoff.seconds(1, random)).isEqualTo(1);
    assertThat(backoff.seconds(Integer.MAX_VALUE, random)).isBetween(1, 900);
  }

  @Test
  void aQueueIsNamedByNameUrlOrArn() {
    QueueAddress name = QueueAddress.parse("orders.fifo");
    assertThat(name.fifo()).isTrue();
    assertThat(name.url()).isEmpty();
    QueueAddress url = QueueAddress.parse("https://sqs.eu-west-1.amazonaws.com/123/orders");
    assertThat(url.name()).isEqualTo("orders");
    assertThat(url.fifo()).isFalse();
    assertThat(url.url()).contains("https://sqs.eu-west-1.amazonaws.com/123/orders");
    QueueAddress arn = QueueAddress.parse("arn:aws:sqs:eu-west-1:123456789012:orders");
    assertThat(arn.name()).isEqualTo("orders");
    assertThat(arn.account()).contains("123456789012");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a b", "arn:aws:sns:r:1:topic", "arn:aws:sqs:r:1", "https://host/", "x.y"})
  void otherNamesAreRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> QueueAddress.parse(text))
        .withMessageContaining("\"" + text + "\"");
  }
}
