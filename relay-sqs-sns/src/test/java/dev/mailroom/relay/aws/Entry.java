package dev.mailroom.relay.aws;

import dev.mailroom.outbox.Message;
import dev.mailroom.relay.OutboxEntry;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** Entries for tests. */
final class Entry {

  static final Instant WRITTEN = Instant.parse("2026-11-24T10:15:30.123456789Z");

  private Entry() {}

  static OutboxEntry of(String payload) {
    return of(message().payload(payload));
  }

  static OutboxEntry of(Message.Builder message) {
    return new OutboxEntry(message.build(), WRITTEN);
  }

  static Message.Builder message() {
    return Message.to("orders").type("OrderPlaced").payload("{}");
  }

  static List<OutboxEntry> batch(String... payloads) {
    return Arrays.stream(payloads).map(Entry::of).toList();
  }
}
