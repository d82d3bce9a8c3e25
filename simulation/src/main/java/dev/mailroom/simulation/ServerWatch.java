package dev.mailroom.simulation;

import dev.mailroom.relay.OutboxStore.ServerChanged;
import java.util.function.Function;
import java.util.function.Supplier;

/** Sees by the answers on a wire that another server gives them, until the relay has heeded it. */
final class ServerWatch {

  private final World world;
  private final Wire wire;
  private final Dice dice;
  private int heeded;

  ServerWatch(World world, Wire wire) {
    this.world = world;
    this.wire = wire;
    dice = world.dice.split();
    heeded = world.database.server();
  }

  /** As {@link Wire#call}. */
  <T> T call(Function<T, String> what, Supplier<T> statement) {
    int[] server = new int[1];
    T result =
        wire.call(
            what,
            () -> {
              server[0] = world.database.server();
              return statement.get();
            });
    if (server[0] != heeded) {
      world.loop.interleave(dice.upTo(5 * Loop.MILLI)); // other answers come before it is told
      throw new ServerChanged("another server answers", () -> heeded = server[0]);
    }
    return result;
  }
}
