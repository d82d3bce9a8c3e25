/**
 * The relay's promises, checked in virtual time: the real engine in several instances, an outbox, a
 * broker and leases in memory, and every fault that they may meet, all decided by a seed.
 *
 * <p>A {@link dev.mailroom.simulation.History} is one such run in a {@link
 * dev.mailroom.simulation.World}; a {@link dev.mailroom.simulation.Climate} says which faults it
 * has; the {@link dev.mailroom.simulation.Audit} sees all that is written and sent, and judges.
 */
@NullMarked
package dev.mailroom.simulation;

import org.jspecify.annotations.NullMarked;
