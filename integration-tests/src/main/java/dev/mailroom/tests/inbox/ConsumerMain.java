package dev.mailroom.tests.inbox;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.inbox.Inbox;
import dev.mailroom.inbox.ReceivedMessage;
import dev.mailroom.inbox.sqs.SqsConsumer;
import dev.mailroom.relay.aws.AwsClients;
import java.io.IOException;
import java.io.OutputStream;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Consumers of all queues in a process of their own, until it is told to stop or standard input
 * ends.
 */
public final class ConsumerMain {

  private static final int FAILING = 30;
  private static final int SLOW = 50;
  private static final long SLOW_MILLIS = Trial.SHORT_VISIBILITY * 1_000 + 500;

  private ConsumerMain() {}

  /**
   * Starts it.
   *
   * @param arguments the database's URL; the visibility timeout in seconds; whether the inbox is to
   *     know no message again
   */
  public static void main(String... arguments) throws IOException {
    HikariDataSource dataSource = new HikariDataSource();
    dataSource.setJdbcUrl(arguments[0]);
    dataSource.setMaximumPoolSize(12);
    dataSource.setConnectionTimeout(2_000);
    Duration visibility = Duration.ofSeconds(Long.parseLong(arguments[1]));
    Function<ReceivedMessage, String> key =
        Boolean.parseBoolean(arguments[2])
            ? message -> UUID.randomUUID().toString()
            : ReceivedMessage::id;
    Inbox inbox =
        Inbox.builder(dataSource, "proof").lockTimeout(Duration.ofMillis(500)).key(key).build();
    List<SqsConsumer> consumers =
        Stream.of(Trial.STANDARD, Trial.ORDERED)
            .map(queue -> consumer(queue, inbox, visibility))
            .toList();
    consumers.forEach(SqsConsumer::start);
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> consumers.parallelStream().forEach(SqsConsumer::close)));
    System.out.println("ready consumer");
    System.in.transferTo(OutputStream.nullOutputStream());
    System.exit(0);
  }

  private static SqsConsumer consumer(String queue, Inbox inbox, Duration visibility) {
    return SqsConsumer.builder(AwsClients.sqs(), inbox)
        .queue(queue)
        .concurrency(4)
        .batch(ThreadLocalRandom.current().nextBoolean() ? 1 : 5)
        .waitTime(Duration.ofSeconds(1))
        .visibility(visibility)
        .backoff(Duration.ofMillis(500), Duration.ofSeconds(1))
        .shutdown(Duration.ofSeconds(5))
        .onAny(ConsumerMain::record)
        .build();
  }

  /** Whether the handler takes longer than the message is hidden. */
  static boolean isSlow(int n) {
    return n % SLOW == 5;
  }

  /** Takes its time, and fails now and then. */
  private static void record(ReceivedMessage message, Inbox.Context context) throws Exception {
    String[] parts = message.payload().split(":", 2);
    int n = Integer.parseInt(parts[1]);
    try (PreparedStatement insert =
        context
            .connection()
            .prepareStatement("INSERT INTO received (queue, message_key, n) VALUES (?, ?, ?)")) {
      insert.setString(1, message.source());
      insert.setString(2, parts[0]);
      insert.setInt(3, n);
      insert.executeUpdate();
    }
    ThreadLocalRandom random = ThreadLocalRandom.current();
    Thread.sleep(isSlow(n) ? SLOW_MILLIS : random.nextInt(10));
    if (random.nextInt(FAILING) == 0) {
      throw new IllegalStateException("now and then");
    }
  }
}
