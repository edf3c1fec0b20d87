using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Assay.Server.Shared.Database.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class DailyLimits : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "BytesPerDay",
                table: "datanet",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "FairSharePercent",
                table: "datanet",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "MaximumBytesPerDay",
                table: "datanet",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "BytesPerDay",
                table: "account",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "FilesPerDay",
                table: "account",
                type: "INTEGER",
                nullable: true);

            // What each contributor used of each datanet's day, so far counted nowhere: a fair share set later on that day must know it.
            migrationBuilder.Sql("""
                INSERT INTO quota("Scope", "Key", "Day", "Bytes", "Files", "CapBytes", "CapFiles")
                SELECT 'user_datanet', "AccountId" || '/' || "DatanetId", "Day", SUM("Bytes"), COUNT(*), 4611686018427387904, 4611686018427387904
                FROM reservation WHERE "State" <> 'Cancelled' GROUP BY "AccountId", "DatanetId", "Day"
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DELETE FROM quota WHERE \"Scope\" = 'user_datanet'");

            migrationBuilder.DropColumn(
                name: "BytesPerDay",
                table: "datanet");

            migrationBuilder.DropColumn(
                name: "FairSharePercent",
                table: "datanet");

            migrationBuilder.DropColumn(
                name: "MaximumBytesPerDay",
                table: "datanet");

            migrationBuilder.DropColumn(
                name: "BytesPerDay",
                table: "account");

            migrationBuilder.DropColumn(
                name: "FilesPerDay",
                table: "account");
        }
    }
}
