package dev.mailroom.outbox.jdbc;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.unquotedName;

import dev.mailroom.outbox.jdbc.Destinations.Known;
import dev.mailroom.outbox.jdbc.Destinations.Pause;
import dev.mailroom.outbox.jdbc.Operators.Act;
import dev.mailroom.outbox.jdbc.Operators.Session;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jooq.Field;
import org.jooq.Record;

/** The statements of {@link Destinations}. */
final class DestinationRows {

  private static final Field<String> NAME = field(unquotedName("destination"), String.class);
  private static final Field<Instant> FIRST_SEEN = UtcTimes.column("first_seen");
  private static final Field<String> PAUSED_BY = field(unquotedName("paused_by"), String.class);
  private static final Field<Instant> PAUSED_AT = UtcTimes.column("paused_at");
  private static final Field<String> PAUSED_REASON =
      field(unquotedName("paused_reason"), String.class);

  private final Transactions transactions;

  DestinationRows(Transactions transactions) {
    this.transactions = transactions;
  }

  List<Known> list() {
    return Operators.inTransaction(
        transactions,
        session ->
            session
                .sql()
                .select(NAME, FIRST_SEEN, PAUSED_BY, PAUSED_AT, PAUSED_REASON)
                .from(session.destinations())
                .orderBy(NAME)
                .fetch(DestinationRows::known));
  }

  private static Known known(Record row) {
    Optional<Pause> pause =
        Optional.ofNullable(row.get(PAUSED_AT))
            .map(since -> new Pause(row.get(PAUSED_BY), since, row.get(PAUSED_REASON)));
    return new Known(row.get(NAME), row.get(FIRST_SEEN), pause);
  }

  boolean pause(String destination, String by, String reason) {
    return Operators.inTransaction(
        transactions,
        session -> {
          session.remember(destination);
          int paused =
              session
                  .sql()
                  .update(session.destinations())
                  .set(PAUSED_BY, by)
                  .set(PAUSED_AT, UtcTimes.now(session.sql()))
                  .set(PAUSED_REASON, reason)
                  .where(NAME.eq(destination).and(PAUSED_AT.isNull()))
                  .execute();
          return recorded(session, paused, new Act("PAUSE", by, destination + ": " + reason));
        });
  }

  boolean resume(String destination, String by) {
    return Operators.inTransaction(
        transactions,
        session -> {
          int resumed =
              session
                  .sql()
                  .update(session.destinations())
                  .setNull(PAUSED_BY)
                  .setNull(PAUSED_AT)
                  .setNull(PAUSED_REASON)
                  .where(NAME.eq(destination).and(PAUSED_AT.isNotNull()))
                  .execute();
          return recorded(session, resumed, new Act("RESUME", by, destination));
        });
  }

  private static boolean recorded(Session session, int changed, Act act) throws SQLException {
    if (changed > 0) {
      Operators.record(session, act, changed);
    }
    return changed > 0;
  }
}
