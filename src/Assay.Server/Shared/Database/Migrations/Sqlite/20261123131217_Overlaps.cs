using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Assay.Server.Shared.Database.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Overlaps : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "RegisteredById",
                table: "test_set",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<long>(
                name: "RemovedAt",
                table: "test_set",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "RemovedById",
                table: "test_set",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "overlap",
                columns: table => new
                {
                    ContributionId = table.Column<string>(type: "TEXT", nullable: false),
                    Rule = table.Column<string>(type: "TEXT", nullable: false),
                    Ordinal = table.Column<int>(type: "INTEGER", nullable: false),
                    OtherId = table.Column<string>(type: "TEXT", nullable: false),
                    OtherRecordId = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_overlap", x => new { x.ContributionId, x.Rule, x.Ordinal });
                });

            migrationBuilder.CreateIndex(
                name: "IX_overlap_OtherId",
                table: "overlap",
                column: "OtherId");

            // What these reports quote was not written down: a removal looks into all of them.
            migrationBuilder.Sql("INSERT INTO overlap (ContributionId, Rule, Ordinal, OtherId) SELECT Id, '', 0, '' FROM contribution WHERE Report IS NOT NULL AND Removal IS NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "overlap");

            migrationBuilder.DropColumn(
                name: "RegisteredById",
                table: "test_set");

            migrationBuilder.DropColumn(
                name: "RemovedAt",
                table: "test_set");

            migrationBuilder.DropColumn(
                name: "RemovedById",
                table: "test_set");
        }
    }
}
