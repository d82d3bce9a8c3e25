/** All modules together, on a real database and on protocol servers. */
@NullMarked
package dev.mailroom.tests;

import org.jspecify.annotations.NullMarked;
