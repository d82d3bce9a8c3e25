package dev.mailroom.tests.sink;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.outbox.jdbc.JdbcOutboxStore;
import dev.mailroom.relay.Relay;
import dev.mailroom.relay.aws.AwsClients;
import dev.mailroom.relay.aws.AwsTransport;
import dev.mailroom.tests.town.Child;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * A relay in a process of its own that sends into a {@link SickSink}, until its standard input ends.
 * It obeys the word {@code heal}.
 */
public final class SinkRelay {

  private static final Duration RENEW_EVERY = Duration.ofSeconds(1);

  private SinkRelay() {}

  /** Starts one that writes down in {@code arrivals} what its sink accepts. */
  public static Child start(String url, Path arrivals, Duration answersAfter, Duration lease)
      throws IOException {
    // Clients want a region and credentials, though nothing is sent by them.
    Map<String, String> environment =
        Map.of(
            "AWS_REGION", "us-east-1", "AWS_ACCESS_KEY_ID", "x", "AWS_SECRET_ACCESS_KEY", "x");
    Child relay =
        new Child(
            SinkRelay.class,
            environment,
            arrivals.resolveSibling(arrivals.getFileName() + ".stderr"),
            url,
            arrivals.toString(),
            Long.toString(answersAfter.toMillis()),
            Long.toString(lease.toSeconds()));
    relay.greeting();
    return relay;
  }

  public static void main(String... arguments) throws IOException {
    Duration lease = Duration.ofSeconds(Long.parseLong(arguments[3]));
    try (HikariDataSource dataSource = pool(arguments[0], 8);
        ArrivalLog.Pen log = new ArrivalLog.Pen(Path.of(arguments[1]));
        AwsTransport gates = AwsTransport.of(AwsClients.sqs(), AwsClients.sns())) {
      SickSink sink =
          new SickSink(log, Duration.ofMillis(Long.parseLong(arguments[2])), gates);
      try (Relay relay =
          Relay.builder()
              .store(JdbcOutboxStore.of(dataSource))
              .transport(sink)
              .lease(lease, RENEW_EVERY)
              .build()) {
        relay.start();
        System.out.println("ready relay");
        obey(sink);
      }
    }
  }

  /** A pool that gives up soon and can wait for its database. */
  public static HikariDataSource pool(String url, int connections) {
    HikariDataSource dataSource = new HikariDataSource();
    dataSource.setJdbcUrl(url);
    dataSource.setMaximumPoolSize(connections);
    dataSource.setConnectionTimeout(2_000);
    dataSource.setInitializationFailTimeout(-1);
    return dataSource;
  }

  private static void obey(SickSink sink) throws IOException {
    try (BufferedReader words =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String word = words.readLine(); word != null; word = words.readLine()) {
        sink.heal();
        System.out.println("obeyed " + word);
      }
    }
  }
}
