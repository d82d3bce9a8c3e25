package dev.mailroom.relay.aws;

import dev.mailroom.outbox.WireFormat;
import dev.mailroom.relay.OutboxEntry;
import dev.mailroom.relay.Transport.Result;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** One batch on its way. Whatever happens, it ends in one result for each entry, in order. */
record Sending(Endpoint endpoint, Deadline deadline) {

  CompletableFuture<List<Result>> send(List<OutboxEntry> batch) {
    // Bounds a future of its own, as the place is shared with other sends.
    return deadline
        .bound(() -> endpoint.place().thenApply(place -> place))
        .thenCompose(place -> sendFitting(place, batch))
        .exceptionally(error -> unavailable(batch, error));
  }

  List<Result> unavailable(List<OutboxEntry> batch, Throwable error) {
    return Collections.nCopies(batch.size(), new Result.Unavailable(text(error)));
  }

  /** An entry that is too large alone is refused without a call, and the others go. */
  private CompletableFuture<List<Result>> sendFitting(Place place, List<OutboxEntry> batch) {
    int bound = place.bounds().message();
    int[] sizes = batch.stream().mapToInt(entry -> WireFormat.size(entry.message())).toArray();
    int bytes = IntStream.of(sizes).filter(size -> size <= bound).sum();
    List<OutboxEntry> fitting = new ArrayList<>(batch.size());
    IntStream.range(0, sizes.length)
        .filter(i -> sizes[i] <= bound)
        .forEach(i -> fitting.add(batch.get(i)));
    if (fitting.size() < batch.size() && bound < SizeLimits.LARGEST) {
      // It may have been raised since it was read, and then a retry has to succeed.
      endpoint.lookAgain(place);
    }
    return sendWithin(place, fitting, bytes)
        .thenApply(
            results -> {
              Iterator<Result> sent = results.iterator();
              return IntStream.of(sizes)
                  .mapToObj(size -> size <= bound ? sent.next() : tooLarge(size, bound))
                  .toList();
            });
  }

  private CompletableFuture<List<Result>> sendWithin(
      Place place, List<OutboxEntry> batch, int bytes) {
    int bound = place.bounds().batch();
    if (bytes > bound) {
      String text = "the batch has " + bytes + " bytes, but may have " + bound;
      return all(batch, new Result.TooLong(endpoint.sender() + ": " + text));
    }
    return batch.isEmpty() ? CompletableFuture.completedFuture(List.of()) : call(place, batch);
  }

  private CompletableFuture<List<Result>> call(Place place, List<OutboxEntry> batch) {
    return deadline
        .bound(() -> endpoint.sender().send(place, batch))
        .thenApply(answers -> complete(answers, batch.size()))
        .exceptionallyCompose(error -> wholeCallFailed(place, batch, error));
  }

  /**
   * A fault of some message must not condemn the others of its batch, and SNS may refuse a whole
   * batch for one bad parameter: so they are sent one by one. The same goes for an unknown error,
   * which could be just that; alone, it counts against the destination.
   */
  private CompletableFuture<List<Result>> wholeCallFailed(
      Place place, List<OutboxEntry> batch, Throwable error) {
    Fault fault = Faults.of(error);
    if (fault == Fault.MISSING) {
      endpoint.sender().lost();
      endpoint.lookAgain(place);
    }
    boolean alone = batch.size() == 1;
    if (!alone && (fault == Fault.MESSAGE || fault == Fault.UNKNOWN)) {
      return oneByOne(place, batch);
    }
    String text = text(error);
    return all(
        batch,
        switch (fault) {
          case MESSAGE -> new Result.Refused(text);
          case TOO_LONG -> alone ? new Result.Refused(text) : new Result.TooLong(text);
          case DESTINATION, MISSING, TRANSIENT, UNKNOWN -> new Result.Unavailable(text);
        });
  }

  private CompletableFuture<List<Result>> oneByOne(Place place, List<OutboxEntry> batch) {
    List<CompletableFuture<List<Result>>> calls =
        batch.stream().map(entry -> call(place, List.of(entry))).toList();
    return CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new))
        .thenApply(done -> calls.stream().flatMap(call -> call.join().stream()).toList());
  }

  private List<Result> complete(Map<Integer, Result> answers, int entries) {
    Result none = new Result.Failed(endpoint.sender() + ": no result for this entry in the answer");
    return IntStream.range(0, entries).mapToObj(i -> answers.getOrDefault(i, none)).toList();
  }

  private Result tooLarge(int size, int bound) {
    return new Result.Unsendable(
        endpoint.sender()
            + ": the message has "
            + size
            + " bytes with its attributes, but may have "
            + bound
            + "; make it smaller or raise MaximumMessageSize there");
  }

  private String text(Throwable error) {
    return endpoint.sender()
        + ": "
        + (Faults.timedOut(error)
            ? "no answer within "
                + deadline.timeout().toMillis()
                + " ms; it may have been accepted all the same"
            : Faults.text(error));
  }

  private static CompletableFuture<List<Result>> all(List<OutboxEntry> batch, Result result) {
    return CompletableFuture.completedFuture(Collections.nCopies(batch.size(), result));
  }
}
