-- When each change was made and when its effects were written.
SELECT c.made_at, f.written_at
FROM orders.order_change c JOIN billing.invoice_line f ON f.change_id = c.change_id
UNION ALL
SELECT c.made_at, f.written_at
FROM orders.order_change c JOIN shipping.shipment_step f ON f.change_id = c.change_id
