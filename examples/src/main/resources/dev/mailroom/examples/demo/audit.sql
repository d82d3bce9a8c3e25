-- What the databases say happened, whatever the code under test believes.
-- Each committed change must have four effects, each of them once.
WITH effect AS (
  SELECT 'invoice' AS what, change_id FROM billing.invoice_line
  UNION ALL SELECT 'shipment', change_id FROM shipping.shipment_step
  UNION ALL SELECT kind, change_id FROM orders.order_update
),
wanted AS (
  SELECT 'invoice' AS what UNION ALL SELECT 'shipment'
  UNION ALL SELECT 'InvoiceIssued' UNION ALL SELECT 'ShipmentPlanned'
),
expected AS (
  SELECT w.what, c.change_id FROM orders.order_change c CROSS JOIN wanted w
),
counted AS (
  SELECT e.what, e.change_id, count(f.change_id) AS times
  FROM expected e LEFT JOIN effect f ON f.what = e.what AND f.change_id = e.change_id
  GROUP BY e.what, e.change_id
),
-- The counters of analytics cannot name their changes, but their sums must be right.
tally AS (
  SELECT k.total - (SELECT count(*) FROM orders.order_change c WHERE c.kind = k.kind) AS surplus
  FROM analytics.change_counter k
),
steps AS (
  SELECT version, lag(version) OVER (PARTITION BY order_id ORDER BY step) AS version_before
  FROM shipping.shipment_step
)
SELECT
  (SELECT count(*) FROM orders.order_change) AS orders_committed,
  (SELECT 2 * count(*) FROM orders.order_change) + (SELECT count(*) FROM billing.invoice_line)
    + (SELECT count(*) FROM shipping.shipment_step) AS messages,
  (SELECT count(*) FROM counted WHERE times = 0)
    + (SELECT coalesce(sum(-surplus), 0) FROM tally WHERE surplus < 0) AS lost,
  (SELECT count(*) FROM effect f WHERE NOT EXISTS
    (SELECT 1 FROM expected e WHERE e.what = f.what AND e.change_id = f.change_id)) AS invented,
  (SELECT coalesce(sum(times - 1), 0) FROM counted WHERE times > 1)
    + (SELECT coalesce(sum(surplus), 0) FROM tally WHERE surplus > 0) AS double_effects,
  (SELECT count(*) FROM steps WHERE version <= version_before) AS order_violations
