package dev.mailroom.tests.backlog;

import com.zaxxer.hikari.HikariDataSource;
import dev.mailroom.outbox.jdbc.JdbcOutboxStore;
import dev.mailroom.relay.Relay;

/** A relay in a JVM of its own that drains an outbox into a {@link Sink} and says how far it is. */
final class DrainProcess {

  private static final long SAY_EVERY_MILLIS = 250;

  private DrainProcess() {}

  /** Runs until it has accepted as many messages as {@code arguments} say, and a little longer. */
  public static void main(String... arguments) throws InterruptedException {
    long messages = Long.parseLong(arguments[1]);
    Sink sink = new Sink();
    try (HikariDataSource dataSource = new HikariDataSource()) {
      dataSource.setJdbcUrl(arguments[0]);
      dataSource.setMaximumPoolSize(8);
      try (Relay relay =
          Relay.builder().store(JdbcOutboxStore.of(dataSource)).transport(sink).build()) {
        relay.start();
        while (sink.accepted.get() < messages) {
          say(sink);
          Thread.sleep(SAY_EVERY_MILLIS);
        }
      }
    }
    sink.close();
    say(sink);
  }

  private static void say(Sink sink) {
    System.out.println(sink.accepted.get() + " " + sink.sum.get());
  }
}
