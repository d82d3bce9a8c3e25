package dev.mailroom.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mailroom.outbox.MailroomException;
import dev.mailroom.outbox.Message;
import dev.mailroom.relay.Lane;
import dev.mailroom.relay.LeaseStore;
import dev.mailroom.relay.LeaseStore.Lease;
import dev.mailroom.relay.OutboxStore;
import dev.mailroom.relay.OutboxStore.ParkedState;
import dev.mailroom.relay.OutboxStore.Parking;
import dev.mailroom.relay.OutboxStore.Range;
import dev.mailroom.relay.OutboxStore.RowId;
import dev.mailroom.relay.OutboxStore.Settlement;
import dev.mailroom.testkit.OutboxStoreContract;
import dev.mailroom.testkit.StoreUnderTest;
import dev.mailroom.testkit.StoreUnderTest.Writer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

abstract class OutboxStoreSuite extends OutboxStoreContract {

  private static final Duration HOUR = Duration.ofHours(1);

  private final TestServer server;

  TestDatabase database;
  private StoreUnderTest outbox;
  OutboxStore store;
  private LeaseStore leases;

  OutboxStoreSuite(Database kind) {
    server = TestServer.of(kind);
  }

  @BeforeEach
  void migrate() {
    database = server.withOutbox();
    database.execute("CREATE TABLE elsewhere (id int)");
    outbox = new JdbcStoreUnderTest(database);
    store = outbox.store();
    leases = store.leases();
  }

  @AfterEach
  void close() {
    leases.close();
    database.close();
  }

  @Override
  protected StoreUnderTest outbox() {
    return outbox;
  }

  final List<RowId> written(int count) {
    Writer writer = outbox.begin();
    writer.publish(
        IntStream.range(0, count)
            .mapToObj(i -> Message.to("orders").type("T").key("k").payload("no " + i).build())
            .toList());
    writer.commit();
    int partition =
        Integer.parseInt(database.query("SELECT partition_no FROM outbox_message").get(0));
    Range all = new Range(new Lane("orders", partition), 0, Long.MAX_VALUE, 0, count);
    return store.read(List.of(all), 0).stream().map(OutboxStore.Row::id).toList();
  }

  final List<Lease> held() {
    List<LeaseStore.Holding> all = leases.look(HOUR).partitions();
    return leases.take(new UUID(9, 9), HOUR, all);
  }

  static Settlement parking(Parking... parkings) {
    return new Settlement(List.of(parkings), List.of(), List.of(), Set.of());
  }

  static Parking dead(RowId id, int attempts) {
    return new Parking(id, ParkedState.DEAD, Duration.ZERO, attempts, "refused");
  }

  @Test
  void settlesAllRowsOrNone() {
    List<RowId> ids = written(3);
    database.execute("ALTER TABLE outbox_parked ADD CONSTRAINT one CHECK (attempts < 2)");
    Settlement refused = parking(dead(ids.get(0), 1), dead(ids.get(2), 2));
    assertThatThrownBy(() -> store.settle(held(), refused))
        .isInstanceOf(MailroomException.class)
        .hasMessageStartingWith(
            "The outbox's database failed (SQLState " + server.words().checkFailed() + "): ");
    assertThat(database.query("SELECT seq FROM outbox_message")).hasSize(3);
    assertThat(outbox.parked()).isEmpty();
  }

  @Test
  void parkedRowsKeepWhatTheyWere() {
    String columns =
        "SELECT destination, partition_no, seq, message_id, message_key, message_type, headers,"
            + " payload, created_at FROM ";
    List<RowId> ids = written(2);
    List<String> before = database.rows(columns + "outbox_message ORDER BY seq");
    store.settle(held(), parking(dead(ids.get(0), 1), dead(ids.get(1), 1)));
    assertThat(database.rows(columns + "outbox_parked ORDER BY seq")).isEqualTo(before);
  }

  /** Nothing is wrong with the connection, so the relay need not begin anew. */
  @Test
  void whatTheServerAnswersIsARefusal() throws SQLException {
    List<RowId> ids = written(2);
    try (Connection other = database.begin()) {
      TestDatabase.execute(other, "DELETE FROM outbox_message WHERE seq = " + ids.get(0).seq());
      assertThatThrownBy(() -> store.acknowledge(ids)).isInstanceOf(OutboxStore.Refused.class);
      other.rollback();
    }
    database.execute("DROP TABLE outbox_message");
    assertThatThrownBy(() -> store.acknowledge(ids)).isInstanceOf(OutboxStore.Refused.class);
  }

  @Test
  void aServerThatIsNotThereIsNoRefusal() {
    OutboxStore away = JdbcOutboxStore.of(new UrlDataSource("jdbc:postgresql://127.0.0.1:1/none"));
    assertThatThrownBy(away::destinations)
        .isInstanceOf(MailroomException.class)
        .isNotInstanceOf(OutboxStore.Refused.class);
  }

  @Test
  void tellsThatTheDatabaseFailed() {
    database.execute("DROP TABLE outbox_message");
    assertThatThrownBy(store::destinations)
        .isInstanceOf(MailroomException.class)
        .hasMessageContaining("SQLState " + server.words().noTable())
        .hasCauseInstanceOf(SQLException.class);
    RowId any = new RowId(new Lane("orders", 0), 1, new UUID(1, 1));
    assertThatThrownBy(() -> store.acknowledge(List.of(any)))
        .isInstanceOf(MailroomException.class)
        .hasMessageContaining("SQLState " + server.words().noTable());
    assertThat(database.query("SELECT 1")).as("the connections came back").hasSize(1);
  }
}
