SELECT
  (SELECT 5 * count(*) FROM orders.order_change) AS expected,
  (SELECT count(*) FROM billing.invoice_line) + (SELECT count(*) FROM shipping.shipment_step)
    + (SELECT count(*) FROM orders.order_update)
    + (SELECT coalesce(sum(total), 0) FROM analytics.change_counter) AS done
