package dev.mailroom.simulation;

import dev.mailroom.outbox.Message;
import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.relay.Transport.Result;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Sees all that is committed, sent and accepted, and complains of what should not have been. */
final class Audit {

  private final World world;
  private final Map<UUID, Fate> fates = new LinkedHashMap<>();
  private final Map<String, List<Fate>> committedOf = new TreeMap<>();
  private final Map<String, List<Fate>> acceptedOf = new HashMap<>();
  private final List<Complaint> complaints = new ArrayList<>();

  /** Where a relay went on sending because the clock had ended its lease too early. */
  private boolean excused;

  private boolean orderLost;
  private long acceptances;

  Audit(World world) {
    this.world = world;
  }

  List<Complaint> complaints() {
    return complaints;
  }

  void complain(Promise promise, String text, Fate... about) {
    List<String> subjects = new ArrayList<>();
    for (Fate fate : about) {
      subjects.add(fate.name);
    }
    complaints.add(new Complaint(promise, text, subjects));
    world.note(() -> "COMPLAINT " + promise + " " + text);
  }

  /** From now on a message may be sent twice: something happened that no relay can make up for. */
  void excuse(String reason) {
    excused = true;
    world.note(() -> reason);
  }

  /** The sequence was set back and the relays could not know. */
  void orderIsLost() {
    orderLost = true;
  }

  // ---- writers

  String nextName() {
    return "m" + fates.size();
  }

  void written(Fate fate) {
    fates.put(fate.id, fate);
  }

  void committed(Fate fate) {
    fate.committed = true;
    if (fate.key.isPresent()) {
      committedOf.computeIfAbsent(fate.lane(), lane -> new ArrayList<>()).add(fate);
    }
  }

  Fate fate(UUID id) {
    Fate fate = fates.get(id);
    if (fate == null) {
      throw new IllegalArgumentException("unheard of: " + id);
    }
    return fate;
  }

  String name(UUID id) {
    Fate fate = fates.get(id);
    return fate == null ? id.toString() : fate.name;
  }

  // ---- the broker

  void sending(Instance instance, String destination, List<OutboxEntry> batch) {
    world.note(() -> instance.name() + " sends to " + destination + " " + names(batch));
    for (OutboxEntry entry : batch) {
      Fate fate = fates.get(entry.message().id());
      if (fate != null) {
        sending(instance, fate);
      }
    }
  }

  private void sending(Instance instance, Fate fate) {
    if (!excused && (fate.confirmed || fate.underway > 0)) {
      complain(Promise.DUPLICATE, instance.name() + " sends " + fate + " again", fate);
    }
    int partition = fate.row.lane().partition();
    if (!instance.isOwner(world.database.leases.owner(partition))) {
      complain(
          Promise.WITHOUT_LEASE,
          instance.name() + " sends " + fate + " of partition " + partition,
          fate);
    }
    fate.underway++;
  }

  private String names(List<OutboxEntry> batch) {
    return batch.stream().map(entry -> name(entry.message().id())).toList().toString();
  }

  /**
   * @param results none if the answer never came
   */
  void answered(Instance instance, List<OutboxEntry> batch, @Nullable List<Result> results) {
    world.note(() -> instance.name() + " hears of " + names(batch) + ": " + results);
    for (int i = 0; i < batch.size(); i++) {
      Fate fate = fates.get(batch.get(i).message().id());
      if (fate != null) {
        fate.underway--;
        fate.confirmed |= results != null && results.get(i) instanceof Result.Accepted;
      }
    }
  }

  void accepted(String destination, Message message, boolean repeat) {
    Fate fate = fates.get(message.id());
    if (fate == null || !fate.committed) {
      complain(Promise.INVENTED, message + " was never committed");
      return;
    }
    boolean same = fate.message != null && fate.message.equals(message);
    if (!same || !destination.equals(message.destination())) {
      complain(Promise.INVENTED, fate + " arrived as " + message + " at " + destination, fate);
    }
    world.note(() -> "the broker takes " + fate + (fate.accepted > 0 ? " again" : ""));
    if (!repeat) {
      acceptedOf.computeIfAbsent(destination, name -> new ArrayList<>()).add(fate);
    }
    if (fate.accepted++ == 0) {
      fate.acceptedAs = ++acceptances;
    }
  }

  /** What a destination got, in order; an ordered one without repeats. */
  List<Fate> acceptedOf(String destination) {
    return acceptedOf.getOrDefault(destination, List.of());
  }

  // ---- the end

  /** Time is up and rows are left. */
  void complainOfRows() {
    MemoryOutbox outbox = world.database.outbox;
    outbox.hot.forEach(row -> complainOf(row.id().messageId(), "waits"));
    outbox.parked.forEach(row -> complainOf(row.row.id().messageId(), "is parked: " + row));
    if (complaints.isEmpty()) {
      complain(Promise.STUCK, "a writer does not come to its end");
    }
  }

  private void complainOf(UUID id, String how) {
    Fate fate = fate(id);
    complain(Promise.STUCK, fate + " still " + how, fate);
  }

  /** Everything has come to rest: is all of it there, and in order? */
  void close() {
    for (Fate fate : fates.values()) {
      if (fate.mustBeSent() && fate.accepted == 0 && !world.database.outbox.holds(fate.row)) {
        complain(Promise.LOST, fate + " is gone and was never accepted", fate);
      }
    }
    if (!orderLost) {
      committedOf.values().forEach(this::checkOrder);
    }
  }

  private void checkOrder(List<Fate> key) {
    Fate last = null;
    for (Fate fate : key) {
      if (!keepsOrder(fate)) {
        continue;
      }
      if (last != null && fate.acceptedAs < last.acceptedAs) {
        complain(Promise.ORDER, fate + " overtook " + last, fate, last);
      }
      last = fate;
    }
  }

  private boolean keepsOrder(Fate fate) {
    boolean skipped = world.skipsDead() && world.database.outbox.wasDead(fate.id);
    return MemoryBroker.isOrdered(fate.row.lane().destination())
        && fate.mustBeSent()
        && fate.accepted > 0
        && !fate.scheduled
        && !skipped;
  }
}
