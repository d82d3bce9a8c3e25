package dev.mailroom.relay.aws;

/**
 * A queue or topic that was found.
 *
 * @param address the queue's URL or the topic's ARN
 */
record Place(String address, SizeLimits bounds) {}
