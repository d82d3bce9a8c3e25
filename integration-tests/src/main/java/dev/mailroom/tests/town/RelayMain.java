package dev.mailroom.tests.town;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.outbox.jdbc.JdbcOutboxStore;
import dev.mailroom.relay.Relay;
import dev.mailroom.relay.aws.AwsClients;
import dev.mailroom.relay.aws.AwsTransport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import software.amazon.awssdk.services.sns.SnsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;

/**
 * A relay in a process of its own, until it is told to stop or standard input ends; then it drains
 * and leaves. To {@code unanswered} it answers how many entries it sent without an answer until
 * now, and it says so once more when it has left; to {@code which} it answers what they were.
 */
public final class RelayMain {

  private static final Duration RENEW_EVERY = Duration.ofSeconds(1);

  private RelayMain() {}

  /** Starts it; the arguments are the database's URL and the relay's {@link Patience}. */
  public static void main(String... arguments) throws IOException {
    Patience patience = Patience.valueOf(arguments[1]);
    HikariDataSource dataSource = new HikariDataSource();
    dataSource.setJdbcUrl(arguments[0]);
    dataSource.setMaximumPoolSize(8);
    dataSource.setConnectionTimeout(2_000);
    dataSource.setInitializationFailTimeout(-1);
    SqsAsyncClient sqs = AwsClients.sqs();
    SnsAsyncClient sns = AwsClients.sns();
    Unanswered transport =
        new Unanswered(
            AwsTransport.builder(sqs, sns)
                .timeout(patience.sendTimeout())
                .probing(Duration.ofMillis(50), Duration.ofSeconds(1))
                .build());
    Relay relay =
        Relay.builder()
            .store(JdbcOutboxStore.of(dataSource))
            .transport(transport)
            .lease(patience.lease(), RENEW_EVERY)
            .backoff(Duration.ofMillis(50), Duration.ofSeconds(1))
            .attempts(1_000)
            .build();
    relay.start();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  relay.close();
                  System.out.println("left " + transport.entries());
                }));
    System.out.println("ready relay");
    answer(transport);
    System.exit(0);
  }

  private static void answer(Unanswered unanswered) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      System.out.println(
          "obeyed "
              + line
              + " "
              + (line.equals("which") ? unanswered.messages() : unanswered.entries()));
    }
  }
}
