package dev.mailroom.tests.cluster;

import dev.mailroom.tests.town.Child;
import dev.mailroom.tests.town.Town;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The relays that live, by the name that each has in the database, and what each owns. */
final class Members {

  private static final int PARTITIONS = 16;
  private static final long LOOK_EVERY_MILLIS = 10;
  private static final long GIVE_UP_AFTER_NANOS = 60_000_000_000L;

  private final Town town;
  private final Map<String, Child> members = new LinkedHashMap<>();
  private final Map<Child, Long> unanswered = new HashMap<>();
  private long changed;

  Members(Town town) {
    this.town = town;
  }

  int size() {
    return members.size();
  }

  /** Starts another and waits until the database knows it. */
  void join() throws IOException, SQLException, InterruptedException {
    Set<String> before = new HashSet<>(names());
    town.startRelays(1);
    Child relay = town.relays().get(town.relays().size() - 1);
    long end = System.nanoTime() + GIVE_UP_AFTER_NANOS;
    Set<String> added = Set.of();
    while (added.isEmpty()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("A relay did not show itself in outbox_relay");
      }
      Thread.sleep(LOOK_EVERY_MILLIS);
      added = new HashSet<>(names());
      added.removeAll(before);
    }
    changed = System.nanoTime();
    members.put(added.iterator().next(), relay);
  }

  /** The name of the n-th of those that live. */
  String name(int n) {
    return members.keySet().stream().skip(n).findFirst().orElseThrow();
  }

  /** How many entries were sent without an answer, by those that live and those that stopped. */
  long unanswered() throws IOException {
    for (Child relay : members.values()) {
      count(relay);
    }
    return unanswered.values().stream().mapToLong(Long::longValue).sum();
  }

  private void count(Child relay) throws IOException {
    unanswered.put(relay, Long.parseLong(relay.tell("unanswered")));
  }

  /**
   * Tells it to stop; returns the milliseconds until all it had belongs to others. What it sends
   * without an answer while it drains counts, too.
   */
  double stop(String name) throws IOException, SQLException, InterruptedException {
    Child relay = Objects.requireNonNull(members.get(name));
    double took = untilTakenOver(name, relay::terminate);
    unanswered.put(relay, Long.parseLong(relay.farewell()));
    return took;
  }

  /** Kills it; returns the milliseconds until all it had belongs to others. */
  double kill(String name) throws SQLException, InterruptedException {
    Child relay = Objects.requireNonNull(members.get(name));
    return untilTakenOver(name, relay::close);
  }

  private double untilTakenOver(String name, Runnable end)
      throws SQLException, InterruptedException {
    Set<Integer> its = new HashSet<>();
    owners()
        .forEach(
            (partition, owner) -> {
              if (owner.equals(name)) {
                its.add(partition);
              }
            });
    town.relays().remove(members.remove(name));
    changed = System.nanoTime();
    end.run();
    while (!its.isEmpty() && System.nanoTime() - changed < GIVE_UP_AFTER_NANOS) {
      Map<Integer, String> owners = owners();
      its.removeIf(partition -> members.containsKey(owners.getOrDefault(partition, "")));
      Thread.sleep(LOOK_EVERY_MILLIS);
    }
    return its.isEmpty() ? sinceChange() : Double.NaN;
  }

  /**
   * Waits until all partitions are shared evenly; returns the milliseconds since the last relay
   * joined, was told to stop or was killed.
   */
  double settle() throws SQLException, InterruptedException {
    while (spread() > 1) {
      if (System.nanoTime() - changed > GIVE_UP_AFTER_NANOS) {
        return Double.NaN;
      }
      Thread.sleep(LOOK_EVERY_MILLIS);
    }
    return sinceChange();
  }

  private double sinceChange() {
    return (System.nanoTime() - changed) / 1e6;
  }

  /** The largest share minus the smallest; all, while somebody else owns a partition or nobody. */
  int spread() throws SQLException {
    Map<String, Integer> shares = new HashMap<>();
    members.keySet().forEach(name -> shares.put(name, 0));
    Collection<String> owners = owners().values();
    if (owners.size() < PARTITIONS || !shares.keySet().containsAll(owners)) {
      return PARTITIONS;
    }
    owners.forEach(owner -> shares.merge(owner, 1, Integer::sum));
    return Collections.max(shares.values()) - Collections.min(shares.values());
  }

  private Map<Integer, String> owners() throws SQLException {
    Map<Integer, String> owners = new HashMap<>();
    query(
        "SELECT partition_no, owner FROM outbox_partition WHERE owner IS NOT NULL",
        row -> owners.put(row.getInt(1), row.getString(2)));
    return owners;
  }

  private Set<String> names() throws SQLException {
    Set<String> names = new HashSet<>();
    query("SELECT instance_id FROM outbox_relay", row -> names.add(row.getString(1)));
    return names;
  }

  private void query(String sql, Row row) throws SQLException {
    try (Connection connection = town.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet results = statement.executeQuery(sql)) {
      while (results.next()) {
        row.take(results);
      }
    }
  }

  private interface Row {
    void take(ResultSet row) throws SQLException;
  }
}
