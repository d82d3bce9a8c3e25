package dev.mailroom.tests.sink;

/**
 * What a sink accepted.
 *
 * @param lane destination and key
 * @param n the message's number in it
 * @param micros since 1970, by the clock of this machine
 */
public record Arrival(String lane, int n, long micros) {}
