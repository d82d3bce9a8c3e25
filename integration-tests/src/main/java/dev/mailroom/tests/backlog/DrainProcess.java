package dev.mailroom.tests.backlog;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.outbox.jdbc.JdbcOutboxStore;
import dev.mailroom.relay.Relay;
import java.io.IOException;
import java.io.OutputStream;

/** A relay in a JVM of its own that drains an outbox into a {@link Sink} and says how far it is. */
final class DrainProcess {

  private static final long SAY_EVERY_MILLIS = 250;

  private DrainProcess() {}

  /** Runs until it has accepted as many messages as {@code arguments} say, and a little longer. */
  public static void main(String... arguments) throws InterruptedException {
    int messages = Integer.parseInt(arguments[1]);
    endWithStandardInput();
    Sink sink = new Sink(messages);
    try (HikariDataSource dataSource = new HikariDataSource()) {
      dataSource.setJdbcUrl(arguments[0]);
      dataSource.setMaximumPoolSize(8);
      try (Relay relay =
          Relay.builder().store(JdbcOutboxStore.of(dataSource)).transport(sink).build()) {
        relay.start();
        while (sink.tally().distinct() < messages) {
          say(sink);
          Thread.sleep(SAY_EVERY_MILLIS);
        }
      }
    }
    sink.close();
    say(sink);
  }

  private static void endWithStandardInput() {
    Thread listener =
        new Thread(
            () -> {
              try {
                System.in.transferTo(OutputStream.nullOutputStream());
              } catch (IOException e) {
                // Then it has ended, too.
              }
              Runtime.getRuntime().halt(1);
            });
    listener.setDaemon(true);
    listener.start();
  }

  private static void say(Sink sink) {
    System.out.println(sink.tally());
  }
}
