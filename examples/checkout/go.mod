module headroom.example/checkout

go 1.19
