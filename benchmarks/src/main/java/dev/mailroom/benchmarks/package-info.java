/** How fast Mailroom is: each figure stands beside its floor, measured in the same run. */
@NullMarked
package dev.mailroom.benchmarks;

import org.jspecify.annotations.NullMarked;
