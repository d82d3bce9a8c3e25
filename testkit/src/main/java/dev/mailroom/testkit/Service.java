package dev.mailroom.testkit;

import java.util.concurrent.CompletableFuture;

/** Something that answers calls, at once or later. */
interface Service {

  CompletableFuture<Answer> call(Request request);
}
