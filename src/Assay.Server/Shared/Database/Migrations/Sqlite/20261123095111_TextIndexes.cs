using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Assay.Server.Shared.Database.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class TextIndexes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "ProfileDescription",
                table: "datanet",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "ProfileTags",
                table: "datanet",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "ProfileTerms",
                table: "datanet",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "ProfileVersion",
                table: "datanet",
                type: "INTEGER",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.CreateTable(
                name: "passage",
                columns: table => new
                {
                    Hash = table.Column<long>(type: "INTEGER", nullable: false),
                    RecordId = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_passage", x => new { x.Hash, x.RecordId });
                });

            migrationBuilder.CreateTable(
                name: "test_set",
                columns: table => new
                {
                    Id = table.Column<string>(type: "TEXT", nullable: false),
                    DatanetId = table.Column<string>(type: "TEXT", nullable: true),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    Items = table.Column<int>(type: "INTEGER", nullable: false),
                    Runs = table.Column<int>(type: "INTEGER", nullable: false),
                    RegisteredAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_test_set", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "test_set_run",
                columns: table => new
                {
                    Hash = table.Column<long>(type: "INTEGER", nullable: false),
                    TestSetId = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_test_set_run", x => new { x.Hash, x.TestSetId });
                });

            migrationBuilder.CreateIndex(
                name: "IX_passage_RecordId",
                table: "passage",
                column: "RecordId");

            migrationBuilder.CreateIndex(
                name: "IX_test_set_DatanetId",
                table: "test_set",
                column: "DatanetId");

            migrationBuilder.CreateIndex(
                name: "IX_test_set_run_TestSetId",
                table: "test_set_run",
                column: "TestSetId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "passage");

            migrationBuilder.DropTable(
                name: "test_set");

            migrationBuilder.DropTable(
                name: "test_set_run");

            migrationBuilder.DropColumn(
                name: "ProfileDescription",
                table: "datanet");

            migrationBuilder.DropColumn(
                name: "ProfileTags",
                table: "datanet");

            migrationBuilder.DropColumn(
                name: "ProfileTerms",
                table: "datanet");

            migrationBuilder.DropColumn(
                name: "ProfileVersion",
                table: "datanet");
        }
    }
}
